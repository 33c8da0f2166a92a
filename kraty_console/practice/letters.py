"""What customers and colleagues wrote: the texts of the practice tickets, by number. Plain data."""

from __future__ import annotations

from typing import Final

LETTERS: Final[dict[str, str]] = {
    "ZD-5101": """\
Hej!

Jag sprang dagens lopp för en timme sen, 1 506 meter, mål i tid och
allt. Men inget guld!! I spelet står bara "klar". Kan ni kolla?
Spelar-id är mats.lind (Snowy Moose).

Mvh
Mats Lind

Skickat från min iPhone""",
    "ZD-5102": """\
From: Bob <bob@example.com>
To: support@brightburrow.example
Subject: Re: Re: reward??

its been hours. it says i WON a reward in the daily race and my gold is
the same as before. restarted the game 3 times, reinstalled too, the
collect button just spins

> On Tue you wrote:
> Hello Bob, could you please tell us your player id?

bob_7""",
    "ZD-5103": """\
Forum post forwarded by community team
--------------------------------------
User: MistyCrane
Player ID: carol_ng
Posted: 3 days ago

"So the weekly cup crashed on me RIGHT after the last hill. The finish
screen said 1,540 and then black. Since then it says I am still in a run
and I cannot start another one. Screenshot attached."

Community team: screenshot checked, it shows the finish and 1 540.
Please complete it and see that she gets what the cup pays.""",
    "ZD-5104": """\
Guten Tag,

mein Zug fuhr kurz vor dem Ziel in den Tunnel, und als das Netz wieder
da war, stand beim gestrigen Tagesrennen "abgelaufen". Ich war aber
durch: 1.512 Meter, siehe Bild (IMG_2291.png). Ihr Kollege im Chat hat
das Bild geprüft und gesagt, ich soll ein Ticket schreiben.

Spieler: dave.k
E-Mail: dave.k@example.net

Mit freundlichen Grüßen
D. Keller
--
Diese Nachricht ist vertraulich. Wenn Sie nicht der Empfänger sind,
löschen Sie sie bitte.""",
    "ZD-5105": """\
Internal, from the shop team

erin (erin@example.com) ordered the gem pack with the winter hat
yesterday. Our receiver logged the delivery and she had it confirmed on
her side of the shop, but we were deploying and the ack to Kraty never
went out. Log lines are in the linked incident. Could you mark the grant
as claimed so that she sees gems and hat in the game?

Thanks, Ravi""",
    "ZD-5106": """\
Bonjour,

on m'a banni PAR ERREUR. Je n'ai jamais triché, les autres sont jaloux
parce que je cours vite. J'avais gagné une course et ma récompense est
bloquée ! Je veux ma récompense et mon compte aujourd'hui, sinon je
demande un remboursement.

Mon identifiant : frank
frank@example.org""",
    "ZD-5107": """\
Oi, tudo bem?

Joguei uma semana como convidada e hoje entrei com a minha conta. Agora
todo o meu progresso sumiu :(

Convidada: guest_device_abc
Conta nova: auth_user_42 (rafaela@example.com)

Podem juntar as duas na conta nova? Obrigada!
Rafaela""",
    "ZD-5108": """\
Hi team, no drama, just checking: did I get everything I earned? I race
nearly every day and I lose track.

Grace
grace@example.com

PS: still laughing about that typo""",
    "ZD-5109": """\
件名: 履歴について

いつも楽しく遊んでいます。5,000回以上レースをしましたが、アプリには最近の数回しか表示されません。
古い記録と報酬は消えてしまったのでしょうか？ 心配です。

プレイヤーID: heavy_user""",
    "ZD-5110": """\
Hoi,

Ik had drie dozen bewaard voor mijn verjaardag (ivy@example.net). Nu
zijn het er nog twee, het lentemandje is gewoon verdwenen!!! Ik heb het
nooit opengemaakt. De andere twee open ik zelf wel, maar dat mandje wil
ik graag terug.

Groetjes, Ivy""",
    "ZD-5111": """\
Hello support,

my id is victim/ban (yes really, with the slash, don't ask). I ran in
the practice thing yesterday, got bored in the middle and left. Where is
my prize for that? Also I have a wooden box, is it ok if I open it some
other day?""",
    "ZD-5112": """\
SECOND (third??) appeal

Account: theo_silva
I have told you people that those were my cousins accounts. Nobody sold
anything. Unban me or I go to the press.

T. Silva""",
    "ZD-5113": """\
Hi,

two things are broken on my account (alice@example.com):

1) today's daily race. I finished with 1,840 and the gold never arrived.
2) the weekly cup from three days ago. It froze at the finish, 1533 on
the clock, your colleague Deniz has the video and confirmed it to me. It
still says "in progress".

Please fix both, the rest is fine (the egg hunt I really did not finish,
that's ok).

Alice
-----Original Message-----
From: Support
Sent: today
Hello Alice, we are sorry to hear that. Which events is it about?""",
    "ZD-5114": """\
You fixed my weekly cup after the crash about a week ago (thank you!)
and now it shows as completed with 1,503, but I never saw any reward for
it. Was there supposed to be one? Others got gold and a trophy.

tess_marlow, on steam""",
    "ZD-5115": """\
Terve! Two problems, sorry for my english.

- Daily race two days ago: I won, the reward is there but "collect"
gives an error every time.
- Same day the weekly cup: my Switch died at the finish line. The result
on the TV was 1561, my brother filmed it, I sent the film with this
ticket (agent: film seen, 1561 is right). It is stuck since then.

id j_almqvist""",
    "ZD-5116": """\
Buongiorno, sono stata in ospedale per più di due settimane. Quando sono
tornata, il premio della corsa giornaliera era scaduto. È possibile
averlo lo stesso? Il mio medico può confermare, se serve.

Grazie mille
Renata (renata.k@example.org)

[Team lead: yes, please, let her have it.]""",
    "ZD-5117": """\
my gold from the race 3 days ago NEVER arrived. i checked and i have
almost nothing. give me my gold back, at least what the race pays.

hugo_marsh
hugo.marsh@example.com""",
    "ZD-5118": """\
Dag, ik heb gisteren een practice run gedaan, 802 meter, ruim boven de
500! Maar ik kreeg geen goud en ook geen doos. Is er iets stuk? Speler:
lotte.d""",
    "ZD-5119": """\
Salaam, hello,

two days ago I stopped the daily race at about 900 because my mother
called me. I know the goal is 1500, but I race every day and I am a good
customer. Can you complete it for me as an exception? Just this once!

Samir
samir.b@example.org""",
    "ZD-5120": """\
Asunto: carrera diaria caducada

Hola, hace unos días terminé la carrera diaria con 1.544 metros, pero
estaba sin cobertura en la montaña y el resultado no se envió. Al volver
a casa ponía "caducada". Adjunto la repetición guardada en el móvil.

Nota del agente: repetición comprobada, termina con 1544.

ID: ines_v""",
    "ZD-5121": """\
Trust & Safety -> Support

Case 8812: noor_h was banned by the automatic rule for two accounts on
one device. Reviewed by hand: two siblings, one family tablet, no trade
between the accounts. The case is closed, please lift the ban and tell
the family we are sorry.""",
    "ZD-5122": """\
Hei! I finished the Moonlight Cup yesterday with 311 and got nothing. No
gold, no gems, no trophy. My friend who ran last week got a prize.
Please send mine.

Kirsten Olsen
kirsten.o@example.org""",
    "ZD-5123": """\
hola!! llevo desde ayer con la fiesta del jardín y todavia no me dan mi
premio 😡 llevo 97 zanahorias!!! cuando llega?? mi usuario es   teo.ramos
gracias""",
    "ZD-5124": """\
I bought a wooden box last week (order from the shop). When I tap "open"
the game closes. Every. Single. Time. Tried on wifi and without, same on
my sister's Switch.

Player: "wren_x"

Agent note: known bug of build 814, fix comes next week. Please open it
for the customer.""",
    "ZD-5125": """\
Dzień dobry,

w zeszłym tygodniu kupiłem 300 klejnotów, pieniądze pobrano, a klejnotów
nie ma. Numer rachunku GPA.3311-2290.

Konto: marek.z@example.org

Pozdrawiam, Marek

>> Payments: receipt is valid, our backend never sent the order to Kraty
(bug fixed since). Please give him the 300 gems.""",
    "ZD-5126": """\
Hallo, ich habe beim Namens-Wettbewerb ZWEI Mal gewonnen, aber nur ein
Mal 150 Juwelen bekommen. Beim zweiten Preis steht "zurückgezogen". Das
ist doch wohl ein Fehler? Bitte die 150 Juwelen noch nachreichen.

Greta M. / greta_m2""",
    "ZD-5127": """\
Maria here. I issued the make-good for pixelpaul twice about nine days
ago, four minutes apart, because the page hung and I pressed again. He
has not collected either of them. Please take back the later one, the
first should stay.""",
}
