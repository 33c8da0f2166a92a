"""The pictures of the README, drawn from the demo world: `python -m tests.console.screenshots` rewrites them."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.harness.console.demo_copies import DemoTemplate
from tests.harness.console.driver import SMALL, at
from tests.harness.console.scenes import REASON, Scene
from tests.harness.console.stage import DemoStage, build_world, stage

FOLDER = Path(__file__).parents[2] / "screenshots"

PICTURES = (
    Scene("start"),
    Scene("player", "alice_42"),
    Scene("retry-roll", "alice_42", ("full_stop", "DIALOG", "enter", "text:table mended, ZD-4821")),
    Scene("rolled", "alice_42", ("full_stop", "DIALOG", "enter", REASON, "enter", "enter", "REST")),
    Scene("force-complete", "carol_ng", ("full_stop", "DIALOG")),
    Scene("wallet", "alice_42", ("3",)),
    Scene("timeline", "alice_42", ("7", "REST")),
    Scene(
        "audit-log", None, ("escape", "l", "sees:ACTION", "f", "DIALOG", "text:action:grant.*", "enter", "sees:match")
    ),
    Scene("small", "bob_7", size=SMALL),
    Scene("light", "ivy", launch={"theme": "light"}),
)


async def draw(scene: Scene, backend: DemoStage) -> str:
    """One picture as SVG."""
    app = scene.app(backend)
    async with at(app, scene.size) as driver:
        await scene.walk(driver)
        return app.export_screenshot(title="kraty-console")


def draw_all(world: DemoTemplate, folder: Path) -> dict[str, str]:
    """Every picture by its file name; each on a backend of its own, with its state in the folder."""
    pictures: dict[str, str] = {}
    for scene in PICTURES:
        own = folder / scene.name
        own.mkdir()
        with stage(world, own) as backend:
            pictures[f"{scene.name}.svg"] = asyncio.run(draw(scene, backend))
    return pictures


def main() -> None:
    """Rewrite the folder: what is not drawn any more goes."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        build_world(Path(folder))
        pictures = draw_all(DemoTemplate.of(Path(folder)), Path(folder))
    for old in FOLDER.glob("*.svg"):
        if old.name not in pictures:
            old.unlink()
    for name, svg in pictures.items():
        (FOLDER / name).write_text(svg, encoding="utf-8")
        print(f"screenshots/{name}")


if __name__ == "__main__":
    main()
