"""Texts that repeat themselves with reason, and texts of models that cannot stop.

Those named after a model were written by it, at temperature 0, as far as they go before
their units are repeated by `Runaway`.
"""

import base64
from dataclasses import dataclass
import json
import random


def words(text: str) -> list[str]:
    """Return the words of a text."""
    return text.split()


ROOMS = words(
    "kitchen bedroom bathroom hallway garage cellar attic study nursery pantry laundry "
    "library lounge porch terrace balcony workshop shed greenhouse gym sauna office "
    "playroom den foyer landing conservatory guestroom closet studio"
)
ONES = words(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
TENS = words("twenty thirty forty fifty sixty seventy eighty ninety")


def number(value: int) -> str:
    """Return a number up to 999 in English words."""
    if value >= 100:
        rest = f" and {number(value % 100)}" if value % 100 else ""
        return f"{ONES[value // 100 - 1]} hundred{rest}"
    if value >= 20:
        return TENS[value // 10 - 2] + (
            f"-{ONES[value % 10 - 1]}" if value % 10 else ""
        )
    return ONES[value - 1]


def song(refrain: str, *verses: str, twice: bool = False) -> str:
    """Return verses with a refrain after each."""
    return "\n\n".join(
        part for verse in verses for part in (verse, *[refrain] * (1 + twice))
    )


def noise(size: int, alphabet: str, seed: int = 7) -> str:
    """Return a text of random characters."""
    return "".join(random.Random(seed).choices(alphabet, k=size))


def zero_dump() -> str:
    """Return a hex dump of which most rows are zero."""
    row = " ".join(["0000"] * 8)
    return "\n".join(f"{line * 16:08x}: {row}  {'.' * 16}" for line in range(64))


SEA = "Oh sail with me, my darling,\nAcross the silver sea,\nThe wind will blow us homeward,\nAnd home is you and me."
STERN = "Leuchte, leuchte, kleiner Stern,\nüber Haus und Garten,\nalle Kinder sehn dich gern,\nwenn sie auf dich warten."
LUNE = "Danse, danse sous la lune,\nDanse, danse jusqu'au jour,\nMa guitare n'en veut qu'une,\nC'est la chanson de l'amour."
VERSES = tuple(
    f"The {a} was {b} in the {c},\nThe {d} had a tale to tell,\n"
    f"And far away in the {e}\nWe heard an evening bell."
    for a, b, c, d, e in (
        ("morning", "red", "harbor", "captain", "mountains"),
        ("gull", "asleep", "rigging", "cook", "valley"),
        ("storm", "awake", "channel", "mate", "village"),
        ("moon", "afloat", "water", "boy", "forest"),
        ("shore", "in sight", "sunrise", "girl", "meadow"),
    )
)

INNOCENT: dict[str, str] = {
    # Answers of an assistant
    "rooms": " ".join(f"The light in the {room} is on." for room in ROOMS),
    "rooms de": " ".join(
        f"Das Licht im Zimmer {name} ist aus."
        for name in words(
            "Anna Bernd Clara Dora Emil Franz Gerda Hans Ida Jan Karl Lea"
        )
    ),
    "rooms es": " ".join(
        f"La luz de la {place} está encendida."
        for place in words(
            "cocina habitación entrada terraza escalera bodega buhardilla oficina"
        )
    ),
    "rooms zh": "".join(
        f"{room}的灯已经打开了。"
        for room in words(
            "客厅 厨房 卧室 书房 浴室 走廊 车库 阳台 地下室 阁楼 餐厅 花园"
        )
    ),
    "rooms ja": "".join(
        f"{room}の照明はオンになっています。"
        for room in words("居間 台所 寝室 書斎 浴室 廊下 車庫 縁側 玄関 庭")
    ),
    "rooms hi": " ".join(
        f"{room} की बत्ती चालू है।"
        for room in words("रसोई बैठक शयनकक्ष स्नानघर बरामदा गलियारा छत बगीचा")
    ),
    "rooms th": "".join(
        f"ไฟใน{room}เปิดอยู่"
        for room in words("ห้องครัว ห้องนอน ห้องน้ำ ห้องนั่งเล่น โรงรถ สวน ระเบียง บันได")
    ),
    "rooms ar": " ".join(
        f"ضوء {room} مضاء."
        for room in words("المطبخ الحمام الصالة المدخل الحديقة المرآب السطح المكتب")
    ),
    "rooms ru": " ".join(
        f"Свет в комнате «{room}» включён."
        for room in words("кухня спальня ванная коридор гараж подвал чердак кабинет")
    ),
    "numbered lamps": " ".join(f"Lamp {n} is on." for n in range(1, 41)),
    "numbered sensors": "\n".join(f"Sensor {n}: unavailable" for n in range(1, 31)),
    "history": "\n".join(
        f"At {hour:02}:{minute:02} the temperature was {20 + hour % 5}.{minute // 10} °C."
        for hour in range(24)
        for minute in (0, 30)
    ),
    "hours off": "\n".join(f"At {n} o'clock the heating is off." for n in range(24)),
    "month": "\n".join(f"{n}. September: geschlossen" for n in range(1, 31)),
    "forecast": " ".join(
        f"On {day} it will be sunny with a high of 24 and a low of 13 degrees."
        for day in words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
    ),
    "reminders": "\n".join(
        f"- {hour}:00 Take a break and drink a glass of water." for hour in range(8, 22)
    ),
    "three times": "I will not forget the milk. " * 10,
    "warning": "Warning! The water is running. Please close the valve. " * 3,
    "hello": "Hello! " * 20,
    "heating": "".join(
        f"{name}\nLight: off\nHeating: set to 21 degrees\nWindow: closed\n\n"
        for name in words("Ada Ben Cleo Dan Eva Finn Gus Hal Ivy Joe Kai Lou Mia Ned")
    ),
    # Lists
    "shopping": "\n".join(
        f"- {amount} {what}"
        for amount, what in zip(
            ["a bag of", "a bottle of", "a can of"] * 12,
            words(
                "rice milk corn flour oil beans sugar wine soup salt beer tuna pasta juice "
                "peas coffee water olives tea vinegar cream nuts syrup jam oats cider tomatoes "
                "lentils lemonade paste chips gin broth raisins rum plums"
            ),
            strict=True,
        )
    ),
    "shopping twice": "milk, milk, eggs, bread, milk, eggs, bread, butter, milk, " * 3,
    "shopping de": "\n".join(
        f"{n}. {n % 4 + 1} Packung {what}"
        for n, what in enumerate(
            words("Milch Butter Reis Nudeln Mehl Zucker Salz Kaffee Tee Saft"), 1
        )
    ),
    "todo": "\n".join(f"- [ ] Water the plants in the {room}" for room in ROOMS),
    "same answers": "\n".join(f"{n}. Yes" for n in range(1, 61)),
    "workout": "\n".join(
        f"{n}. {what}\n   Rest for 30 seconds."
        for n, what in enumerate(["20 squats", "20 push-ups", "1 minute plank"] * 6, 1)
    ),
    # Songs, poems, laughter
    "song": song(SEA, *VERSES),
    "song twice": song(SEA, *VERSES, twice=True),
    "song de": song(
        STERN,
        "Über Dächer, über Bäume\nzieht die Nacht herauf,\nund die ersten Träume\nmachen Augen auf.",
        "In der Stube brennt ein Licht,\nOma strickt am Schal,\nund der Kater rührt sich nicht,\nschnurrt ein letztes Mal.",
        "Wenn der Morgen wiederkehrt,\nist der Stern verblasst,\nwer ihn sucht, der hat gehört:\nAbends wird gerast'.",
        twice=True,
    ),
    "song fr": song(
        LUNE,
        "Le meunier dort dans sa farine,\nLe boulanger dans son pain,\nEt la voisine, la coquine,\nDanse jusqu'au matin.",
        "Le facteur a perdu sa lettre,\nLe curé son bénitier,\nOn les entend sous la fenêtre\nChanter dans l'escalier.",
        "La lune est partie en voyage,\nLe soleil a pris le train,\nIl ne reste au fond du village\nQue la voix du refrain.",
    ),
    "refrain three times": (SEA + "\n\n") * 3,
    "la la la": "La la la, " * 30 + "sang the girl. " + "La la la, " * 20,
    "na na na": "Na na na nananana, nananana, hey you!\n" * 8,
    "ha ha": "Ha ha ha! " * 12 + "That was a good one. " + "Ha " * 60,
    "haha zh": "哈" * 60 + "，真好笑！",
    "www ja": "それは面白いですね" + "ｗ" * 60,
    "ha ha ru": "Ха-ха-ха! " * 20,
    "ja ja es": "jaja" * 40 + " ¡qué bueno!",
    "555 th": "5" * 100 + " ตลกมาก",
    "snore": "Zzz" + "z" * 300,
    "scream": "A" * 400 + "h!",
    "emoji": "🎉" * 60 + " Happy birthday! " + "🎂🎈" * 30,
    "drum": "Bum, bum, tschak! " * 16,
    "owl": "Hu-hu, hu-hu. " * 20 + "So ruft die Eule.",
    "round": "Row, row, row your boat, gently down the stream. " * 4,
    "psalm": " ".join(
        f"Give thanks for the {what}, for his mercy endures forever."
        for what in words(
            "heavens earth waters sun moon stars seas rivers bread wine rain dew "
            "wind fire snow ice hills trees birds beasts children elders night day"
        )
    ),
    "cumulative": "\n\n".join(
        f"On day {number(last)} I saw "
        + ", ".join(
            f"{number(n)} {ROOMS[n]} {ROOMS[n + 12]}s" for n in range(last, 1, -1)
        )
        + " and a partridge."
        for last in range(2, 13)
    ),
    "bottles": "\n".join(
        f"{n} bottles of beer on the wall, {n} bottles of beer. Take one down and pass it "
        f"around, {n - 1} bottles of beer on the wall."
        for n in range(99, 1, -1)
    ),
    "poem zh": "\n".join(
        f"{a}来{b}去，{c}满山头，\n明月照我心，江水向东流。"
        for a, b, c in ("春秋花", "朝暮云", "燕雁霜", "潮汐雪", "风雨灯", "晨昏雾")
    ),
    "poem it": song(
        "Gira, gira, girotondo,\ncasca il mondo,\ncasca la terra,\ntutti giù per terra.",
        "La gallina ha fatto l'uovo\nnel cestino della zia.",
        "Il gatto dorme sopra il tetto\ne sogna una bugia.",
        "La rana salta nel laghetto\ne scappa sempre via.",
        twice=True,
    ),
    # Counting and tables of numbers
    "count": ", ".join(map(str, range(1, 501))),
    "count lines": "\n".join(map(str, range(1, 301))),
    "count words": ", ".join(number(n) for n in range(1, 301)),
    "count zh": "，".join(f"第{n}个" for n in range(1, 101)),
    "count hi": ", ".join(
        str(n).translate({48 + d: 0x966 + d for d in range(10)}) for n in range(1, 201)
    ),
    "count down": " ".join(f"{n} seconds left." for n in range(60, 0, -1)),
    "count sheep": ", ".join(f"{n} sheep" for n in range(1, 151)),
    "times table": "\n".join(
        f"{a} × {b} = {a * b}" for a in range(1, 13) for b in range(1, 13)
    ),
    "times table words": " ".join(
        f"{a} times {b} is {a * b}." for a in range(1, 13) for b in range(1, 13)
    ),
    "times table de": "\n".join(
        f"{a} mal {b} ist {a * b}." for a in range(1, 11) for b in range(1, 11)
    ),
    "additions": "\n".join(f"{n} plus 1 gleich {n + 1}" for n in range(1, 120)),
    "third": "1/3 = 0." + "3" * 1500,
    "seventh": "1/7 = 0." + "142857" * 250,
    "googol": "10^1000 = 1" + "0" * 1000,
    "pi": "3." + noise(3000, "0123456789"),
    "binary": " ".join(f"{n:08b}" for n in range(256)),
    "squares": ", ".join(f"{n}² = {n * n}" for n in range(1, 200)),
    # Tables, signs and pictures
    "table": "| Room | Light | Heating | Window |\n|---|---|---|---|\n"
    + "\n".join(f"| {room} | off | off | closed |" for room in ROOMS),
    "table fr": "\n".join(
        f"| {day} | fermé | fermé | fermé | fermé |"
        for day in words("lundi mardi mercredi jeudi vendredi samedi dimanche")
    ),
    "wide table": "| " + "off | " * 60 + "\n|" + " --- |" * 60,
    "board": ("| . | . | . | . | . | . | . | . |\n" + "-" * 33 + "\n") * 8,
    "calendar": "<tr>"
    + "<td></td>" * 7
    + "</tr>\n"
    + "<tr><td></td><td></td></tr>\n" * 20,
    "csv": "time,a,b,c,d\n"
    + "\n".join(
        f"2026-11-{day:02} {hour:02}:00,0,0,0,0"
        for day in range(1, 8)
        for hour in range(24)
    ),
    "csv zeros": "0,0,0,0,0,0,0,0\n" * 80,
    "csv off": "off,off,off,off,off,off,off\n" * 24,
    "matrix": "[" + ", ".join(["[" + ", ".join(["0"] * 16) + "]"] * 16) + "]",
    "separators": "\n".join(f"{'-' * 80}\nPart {n}\n{'=' * 80}\n" for n in range(20)),
    "long separator": "Notes\n" + "-" * 500 + "\n" + "= " * 200,
    "blank": "Start" + "\n" * 300 + "end" + " " * 500 + "." + "\t" * 200,
    "leaders": "\n".join(f"{room} {'.' * 70} {n}" for n, room in enumerate(ROOMS)),
    "box": "+"
    + "-" * 60
    + "+\n"
    + ("|" + " " * 60 + "|\n") * 24
    + "+"
    + "-" * 60
    + "+",
    "blocks": ("█" * 20 + "░" * 20 + "\n") * 30,
    "tree": "\n".join(" " * (20 - n) + "*" * (2 * n + 1) for n in range(20)),
    "cat": "\n".join([r" /\_/\ " * 8, "( o.o )" * 8, " > ^ < " * 8] * 6),
    "chords": "| C | G | Am | F |\n" * 20,
    "drum tab": "HH|x-x-x-x-|x-x-x-x-|\nSD|----o---|----o---|\nBD|o---o---|o---o---|\n"
    * 10,
    "game of life": "\n".join(noise(40, "..#", seed) for seed in range(40)),
    # Code and data
    "imports": "\n".join(
        f"from homeassistant.components.{room} import DOMAIN" for room in ROOMS * 2
    ),
    "short imports": "\n".join(
        f"import homeassistant.components.{c}" for c in "abcdefghijklmnopqrstuvwxyz"
    ),
    "braces": "".join(" " * 4 * n + "}\n" for n in range(30, -1, -1)) * 2,
    "divs": "<div>" * 60 + "Hi" + "</div>" * 60,
    "prints": 'print("Hello, world!")\n' * 15,
    "sleep": "".join(
        f"light.turn_on({n})\ntime.sleep(1)\nlight.turn_off({n})\ntime.sleep(1)\n"
        for n in range(30)
    ),
    "svg": '<path d="' + "M 0 0 l 10 0 l 0 10 l -10 0 l 0 -10 z " * 30 + '"/>',
    "svg bars": "\n".join(
        f'<rect x="{n * 10}" y="0" width="8" height="100" fill="blue"/>'
        for n in range(100)
    ),
    "svg zeros": '<path d="M 0 0' + " L 0 0" * 100 + '"/>',
    "css": "".join(
        f".{room} {{\n  margin: 0;\n  padding: 0;\n  color: red;\n}}\n"
        for room in ROOMS
    ),
    "yaml": "".join(
        f"- entity: light.{room}\n  state: 'on'\n  brightness: 255\n" for room in ROOMS
    ),
    "json devices": json.dumps(
        [
            {"name": room, "state": "on", "brightness": 255, "color": [0, 0, 0]}
            for room in ROOMS
        ]
    ),
    "json indented": json.dumps(
        [
            {"id": n, "name": room, "state": "off", "on": False, "color": [0, 0, 0]}
            for n, room in enumerate(ROOMS)
        ],
        indent=2,
    ),
    "json ids": json.dumps(
        [{"id": n, "state": "on", "value": n * 3} for n in range(100)]
    ),
    "entity ids": json.dumps([f"light.kitchen_{n}" for n in range(1, 61)]),
    "mails": "\n".join(f"user{n}@example.com" for n in range(1, 101)),
    "nulls": "[" + "null, " * 60 + "null]",
    "base64": base64.b64encode(random.Random(3).randbytes(3000)).decode(),
    "base64 zeros": base64.b64encode(
        bytes(900) + random.Random(3).randbytes(600)
    ).decode(),
    "hex": random.Random(5).randbytes(2000).hex(),
    "hex dump": zero_dump(),
    "dna": noise(3000, "ACGT"),
    "dna repeat": noise(200, "ACGT") + "CAG" * 120 + noise(200, "ACGT"),
    "morse": " ".join(noise(4, ".-", seed) for seed in range(300)),
    "log": "\n".join(
        f"2026-11-25 14:{n // 60:02}:{n % 60:02} INFO light.kitchen turned on"
        for n in range(120)
    ),
    "tests": "\n".join(
        f"tests/unit/test_{room}.py ........ [{n}%]" for n, room in enumerate(ROOMS)
    ),
    "diff": "\n".join(
        f"-    value: int = {n}\n+    value: float = {n}.0" for n in range(60)
    ),
    "lorem": "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod. "
    * 4,
}


@dataclass(frozen=True, slots=True)
class Runaway:
    """A text that a model would continue without end: a start, then units."""

    start: str
    unit: str
    """The repeated text, in which `{n}` counts up."""
    within: int = 1000
    """Characters of the repeated text within which it has to be detected."""

    @property
    def text(self) -> str:
        """Return the text up to where it has to be detected."""
        return self.start + self.repeated[: self.within]

    @property
    def repeated(self) -> str:
        """Return what follows the start, long enough to be detected."""
        counts = range(1, self.within // len(self.unit) + 3)
        return "".join(self.unit.replace("{n}", str(n)) for n in counts)


PARAGRAPH = (
    "The lights in the living room have been turned on for you. If you would like me to "
    "change their brightness or their color, just tell me. I can also turn them off again "
    "at any time, or when you leave the house. "
)
COLORS = ("Red", "Blue", "Green", "White", "Black", "Yellow")


def around(units: tuple[str, ...], size: int, seed: int) -> str:
    """Return units in no fixed order."""
    return "".join(random.Random(seed).choices(units, k=size))


RUNAWAY: dict[str, Runaway] = {
    # Written by SmolLM2-135M-Instruct
    "smollm2 lights": Runaway(
        "Here are the lights in your house:\n\n",
        "* Red: 123456\n* Blue: 123456\n* Green: 123456\n* Red: 123456\n* Blue: 123456\n"
        "* White: 123456\n* Black: 123456\n",
    ),
    "smollm2 de story": Runaway(
        "", "Ich habe die Liede, die ich nach einem Haus mit vielen Lampen.\n\n"
    ),
    "smollm2 zh": Runaway("", "我家所有的灯家有三个灯。这是一个灯家的名称，", 300),
    "smollm2 entity ids": Runaway(
        '<tool_call>\n{"name": "turn_on", "arguments": {"entities": [',
        '"light.kitchen_{n}", ',
        3000,
    ),
    "smollm2 de phrase": Runaway(
        "Die Lampe im Wohnzimmer ist ein neues Auswahl, die in der Auswahlen",
        " der Auswahlen",
        600,
    ),
    "smollm2 hi": Runaway("मेरे घर में", "हर में", 600),
    "smollm2 original text": Runaway(
        "Ha ha ha ha ha hah ha ha ha ha ha ha ha ha ha ha ha ha ha ha hah ha ha ha ha ha ha "
        "ha ha ha ha ha hah ha ha ha ha hahhhhhhhhhhhhhhhhhh\n\n\n",
        "The original text was:\n\n",
        600,
    ),
    "smollm2 table": Runaway(
        "| Room | Light | State |\n|---|---|---|\n| Kitchen | Ceiling | off |\n| Bedroom | Bed | off |\n",
        "| Room | Light | off |\n",
        2300,
    ),
    "smollm2 thoughts": Runaway(
        "Okay, let me think.", " The user wants to turn on the light. Wait, maybe.", 600
    ),
    "smollm2 svg": Runaway('<svg><path d="M 0 0', " L 0 0", 2200),
    "smollm2 fr": Runaway(
        "Le chauffage du salon est régléé, cela s'est le plus élégant, ce qui est le plus "
        "élégant de la cuisine.\n\n",
        "Pour le monde, cela s'est le plus élégant de la cuisine, cela s'est le plus élégant "
        "de la cuisine.\n\n",
    ),
    "smollm2 steps": Runaway("", "step {n}: open the app. ", 1600),
    # Made up, as other models write
    "token": Runaway("The answer is", " the", 600),
    "token without spaces": Runaway("Ok", "ok", 2200),
    "quote": Runaway('He said "', '"', 2200),
    "newlines": Runaway("Done.", "\n", 2200),
    "json spaces": Runaway('{"name": "lamp",', "  \n", 2200),
    "zeros": Runaway("0.", "0", 2200),
    "exclamations": Runaway("Great", "!", 2200),
    "emoji": Runaway("Happy birthday ", "🎉", 300),
    "emoji pair": Runaway("Yes ", "😀👍🏽", 300),
    "ha": Runaway("That is funny. ", "ha ", 600),
    "word zh": Runaway("好的，", "灯", 300),
    "phrase": Runaway("I am happy to help", ", and I am happy to help", 600),
    "sorry": Runaway("", "I'm sorry, I cannot do that. ", 600),
    "sentence": Runaway(
        "Of course! ", "The light in the kitchen has been turned on as you asked. ", 600
    ),
    "sentence nl": Runaway(
        "Natuurlijk. ", "Het licht in de woonkamer is nu aan. ", 600
    ),
    "sentence es": Runaway(
        "Claro. ", "La luz de la cocina está encendida ahora mismo. ", 600
    ),
    "sentence pl": Runaway("", "Światło w kuchni jest teraz włączone. ", 600),
    "sentence ru": Runaway("Хорошо. ", "Свет на кухне включён. ", 600),
    "sentence ja": Runaway("はい。", "台所の照明をつけました。", 300),
    "sentence ko": Runaway("네. ", "거실 조명을 켰습니다. ", 300),
    "sentence th": Runaway("", "ไฟในห้องครัวเปิดอยู่แล้ว", 600),
    "sentence ar": Runaway("حسنا. ", "تم تشغيل الضوء في المطبخ. ", 600),
    "sentence hi": Runaway("ठीक है। ", "रसोई की बत्ती चालू है। ", 600),
    "lines": Runaway("My devices:\n", "- Living Room Light\n", 600),
    "question": Runaway("", "Is there anything else I can help you with?\n\n", 600),
    "cycle": Runaway(
        "",
        "I turned on the light. Then I closed the blinds. Now it is warm in here. ",
        700,
    ),
    "paragraph": Runaway("Sure. ", PARAGRAPH, 1100),
    "two paragraphs": Runaway(
        "", PARAGRAPH + "\n\n" + PARAGRAPH.upper() + "\n\n", 2000
    ),
    "dialog": Runaway(
        "Hi!\n", "User: Turn on the light.\nAssistant: The light is on.\n", 600
    ),
    "thoughts": Runaway(
        "Hmm.",
        "\n\nWait, the user said the kitchen. But the tool needs an area. Let me check again.",
        900,
    ),
    "numbered": Runaway("", "{n}. Turn on the light. ", 1600),
    "numbered lines": Runaway(
        "Steps:\n", "{n}. Press the button on the remote.\n", 1600
    ),
    "numbered bold": Runaway("", "**{n}.** Check whether the light is on.\n\n", 1600),
    "numbered zh": Runaway("", "{n}. 打开厨房里的灯。\n", 1100),
    "numbered questions": Runaway(
        "", "Question {n}: What is the state of the kitchen light?\n", 1600
    ),
    "numbered lamps": Runaway("", "Lamp number {n} is on. ", 3100),
    "rooms with numbers": Runaway(
        "", "The temperature in room {n} is 21 degrees Celsius now. ", 3300
    ),
    "json items": Runaway(
        '{"actions": [', '{"entity_id": "light.kitchen", "action": "turn_on"}, ', 2300
    ),
    "json ids": Runaway('{"ids": ["', '0123abcd", "', 2300),
    "json numbered": Runaway(
        '{"items": [', '{"id": {n}, "name": "lamp", "state": "on"}, ', 3300
    ),
    "json nested": Runaway("", '{"value": ', 2300),
    "escapes": Runaway('{"text": "', "\\n", 2300),
    "tool calls": Runaway(
        "", '<tool_call>{"name": "HassTurnOn", "arguments": {}}</tool_call>\n', 2700
    ),
    "code": Runaway("```python\n", "    light.turn_on()\n    light.turn_off()\n", 2300),
    "tags": Runaway("", "</think>\n", 2300),
    "colors around": Runaway(
        "Lights:\n", around(tuple(f"* {c}: on\n" for c in COLORS), 300, 1), 800
    ),
    "sentences around": Runaway(
        "",
        around(
            (
                "I will turn on the light. ",
                "Then I will check it. ",
                "The light is off again. ",
            ),
            300,
            2,
        ),
        1500,
    ),
}
