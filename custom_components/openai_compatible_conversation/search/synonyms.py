"""Synonyms and related words for homes and computing."""

from collections import defaultdict
from functools import cache, lru_cache
import sqlite3

from .ranking import TOKENIZER, quoted
from .vocabulary import Vocabulary

MAX_CACHED = 2000
"""Maximum words whose synonyms are cached."""

_GROUPS = """
light lamp bulb lighting illumination |
dark dim dimmer light bright brighter brightness |
dim dimmer brightness bright brighten brighter darken darker intensity |
colour color hue tint | turn switch toggle flip | control operate turn set |
on enable activate start | off disable deactivate |
thermostat heating heater heat climate hvac radiator furnace warm warmer temperature |
climate cooling ac cool cooler cold hot freezing chilly conditioning conditioner temperature |
temperature degree warmth celsius fahrenheit hot cold warm |
cover blind shutter curtain shade awning roller drape | door gate garage entrance |
open raise lift up | close shut lower down | position percent level |
half halfway position percent | stop halt end | lock secure bolt locked |
unlock unlocked lock open | fan ventilator ventilation | speed pace fast slow |
vacuum hoover robot | clean sweep mop | mower mow lawn grass | lawn garden yard |
irrigation sprinkler water watering garden | sleep bed bedtime night | morning wake |
motion movement occupancy presence | cinema movie film |
leave away arrive presence home | dock base home charge charging |
humidifier humidity humid moisture damp dehumidifier humidify dehumidify | mode preset |
media music song track audio player playback | song track tune title | album record |
playlist mix queue | music playlist spotify | play listen stream watch put |
playing played playback current | radio station podcast | resume continue unpause |
next skip forward upcoming | previous last back rewind |
mute silence silent quiet sound | unmute sound |
volume loud louder quiet quieter sound softer | television tv | speaker stereo |
movie film video show youtube | artist band singer musician | timer countdown alarm |
alarm wake timer | alert notification warning | hour minute second duration timer |
remind reminder todo task timer | increase extend more longer raise up higher |
decrease reduce less shorten shorter lower down | adjust increase decrease relative |
remaining left status | todo task list checklist chore |
shopping grocery groceries buy | item entry |
complete done finish check close tick bought completed | reopen undo uncheck restore |
due deadline overdue date |
calendar schedule agenda appointment event meeting diary plan birthday |
schedule book reserve plan create | reschedule move postpone update |
invitation invite rsvp attendee | accept decline respond rsvp |
busy availability available free slot |
weather forecast rain raining snow sun sunny wind windy storm umbrella outside outdoor |
weather forecast today tonight tomorrow weekend | datetime date time |
date day today tonight tomorrow weekend week | time clock hour now | timezone zone |
announce broadcast announcement intercom tell speak say call shout everyone everybody family kids |
notify notification alert message push | scene script routine automation |
state status condition reading value sensor current live doing |
state sensor battery presence occupancy present anyone somebody measurement home |
state sensor humidity humid air quality motion leak smoke indoor inside alarm siren |
device entity appliance gadget machine | plug socket outlet switch |
washer washing laundry |
device switch machine kettle oven stove coffee dishwasher washer dryer toaster boiler pump |
room area zone | consumption energy power electricity usage | usage statistic stat |
history past statistic earlier yesterday trend last previous recent ago |
recent latest last new newest | log error warning problem trouble failure |
error exception crash failure issue problem bug |
cause reason root analyze analysis explain why | version system info release |
deploy deployment release | health system | integration addon plugin extension |
setup installed configured | config configuration setting option preference |
reload restart reboot refresh reconnect | service action command | template jinja |
run execute call invoke perform trigger launch start | rerun retry again |
command shell terminal bash process | process program application app |
create add new make insert put build | create open start submit register |
write save store add overwrite | append add insert put attach |
delete remove erase clear drop trash discard forget |
cancel stop abort unsubscribe delete remove | quit exit close leave |
kill terminate stop force end | update edit change modify adjust rename |
replace edit substitute | set adjust change | mark flag label modify set |
archive move label modify | get fetch read show retrieve view see display load inspect |
list show all overview | everything all every whole entire complete |
active running current on | search find look lookup query locate grep |
count many number total | send post share write | message chat text |
message sms dm whatsapp telegram signal | email mail gmail outlook inbox | unread read |
spam junk trash | filter rule automatic automatically | draft compose write |
attachment enclosure | reply respond answer thread | voice audio recording |
comment note remark feedback | reaction emoji react thumb |
user person people member contact employee | person entity | contact phone address |
user account profile | self me my whoami authenticated logged |
assign assignee assigned owner responsible | collaborator member shared |
team group organization company workspace | channel conversation chat slack discord |
thread reply conversation | file document | file path | folder directory dir |
tree structure hierarchy | content body text | move rename mv | mkdir directory folder |
ls list | rm remove delete | cat read | code source | copy duplicate clone fork |
size big large space resize | resize size window viewport mobile |
detail info information metadata property | branch | checkout switch |
diff difference change uncommitted compare modified status |
status state change modified pending | stage staged add | unstage reset |
undo revert reset discard | history log past | pull pr merge | repository repo project |
repository github gitlab git | issue bug ticket story task | issue ticket jira |
project task todoist | page note notion | board kanban | sprint iteration agile |
transition status workflow move | worklog logged spent hours time |
child subpage nested sub | review approve approval |
ci workflow action build job pipeline check |
vulnerability security dependency advisory dependabot alert | gist snippet |
documentation docs manual guide help |
web internet online website google bing duckduckgo | news web internet latest |
page website site url link | wiki confluence page knowledge |
scrape crawl extract fetch | browser tab window | browser web page chrome firefox |
navigate open visit go load browse | network request traffic http |
console log output error | dialog popup alert confirm prompt |
screenshot image picture capture photo | image picture photo media |
click press tap push | key keyboard shortcut hit | key secret token credential dsn |
hover mouse pointer | type enter fill write | form field input box |
paragraph block text | dropdown select option choose pick | javascript js code script |
download fetch save | upload attach | wait until appear |
address place location street | coordinate latitude longitude geocode lat lng gps |
elevation height altitude high tall |
route direction drive navigation travel way walk get | distance far long travel |
restaurant business shop store place nearby near cafe |
place restaurant hotel bar pub pharmacy supermarket museum hospital doctor bakery station airport |
nearby near around local close | details opening hours rating |
database db sql table collection |
database sql postgres postgresql mysql mariadb sqlite | database mongodb mongo |
schema structure column describe | row record document entry | page row record entry |
aggregate sum average group statistic | field column property |
knowledge graph memory entity |
remember recall memorize memory store learn observation fact note |
relation relationship connection link connect | think reason thinking plan |
know knowledge memory fact | recall search knowledge memory |
summary overview summarize | page note document | article blog page content url |
transcript subtitle caption | spreadsheet sheet excel table | cell range row column |
pdf print document | permission access allowed accessible share | container docker pod |
bucket storage object | translate translation language | activity feed recent |
star favourite flag | stock share quote price |
favourite favorite top liked saved love | like liked save saved |
recommend recommendation suggest suggestion similar | shuffle random | repeat loop |
transfer move | label tag category | payment pay charge transaction money |
balance money funds account | invoice bill | customer client buyer |
price cost amount fee | coupon discount voucher promo |
subscription plan membership recurring | refund reimburse return money back |
dispute chargeback | product article goods | purchase buy order payment |
revenue sales payment | checkout payment link
"""

SYNONYM_VOCABULARY = Vocabulary()
"""All words that have synonyms."""
SYNONYM_VOCABULARY.add(_GROUPS.replace("|", " ").split())


@lru_cache(MAX_CACHED)
def synonyms_of(word: str) -> tuple[str, ...]:
    """Return the synonyms of a word, without its own inflected forms."""
    rows = _database().execute("SELECT word, others FROM meanings(?)", (quoted(word),))
    forms: set[str] = set()
    found: dict[str, None] = {}
    for form, others in rows:
        forms.add(form)
        found |= dict.fromkeys(others.split())
    return tuple(other for other in found if other not in forms)


@cache
def _database() -> sqlite3.Connection:
    """Return a database of the words, matched by any inflected form."""
    groups: defaultdict[str, str] = defaultdict(str)
    for group in _GROUPS.split("|"):
        for word in group.split():
            groups[word] += group
    # Only read from here on, which SQLite allows from several threads.
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    db.execute(
        "CREATE VIRTUAL TABLE meanings "
        f"USING fts5(word, others UNINDEXED, tokenize='{TOKENIZER}')"
    )
    db.executemany("INSERT INTO meanings VALUES (?, ?)", groups.items())
    return db
