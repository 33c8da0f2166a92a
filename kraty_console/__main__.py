"""`python -m kraty_console` and the command `kraty-console`."""

from __future__ import annotations

from kraty_console.cli.main import main

if __name__ == "__main__":
    main()
