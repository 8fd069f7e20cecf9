"""Cards of people who do not exist, and a reader on a real pseudo-terminal."""

from datetime import date

import pytest

from chengxin.devices.card_reader import CardReader
from chengxin.devices.printing.slip import Slip
from chengxin.devices.simulator import SimulatedCard, SimulatedCardReader

WANG = SimulatedCard(
    layout="resident",
    name="王守信",
    sex=1,
    ethnicity="01",
    birth=date(1985, 3, 15),
    address="山东省阳信县信城街道办事处阳城三路100号",
    number="372323198503151138",
    issuer="阳信县公安局",
    valid_from=date(2012, 5, 20),
    valid_to=date(2032, 5, 20),
    face="honest",
    chip_serial="0102030405060708",
)
HMT = SimulatedCard(
    layout="hmt_permit",
    name="陈港生",
    sex=2,
    birth=date(1994, 8, 23),
    address="山东省滨州市滨城区黄河四路1号",
    number="810000199408230021",
    issuer="滨州市公安局",
    valid_from=date(2018, 9, 1),
    valid_to=date(2023, 8, 31),
    pass_number="H12345678",
)
FOREIGN_2023 = SimulatedCard(
    layout="foreign_2023",
    name="约翰",
    name_latin="FEATHERSTONEHAUGH, JONATHAN ALEXANDER B",
    sex=1,
    birth=date(1981, 8, 3),
    number="911124198108030024",
    nationality="GBR",
    valid_from=date(2023, 12, 1),
    valid_to=date(2033, 11, 30),
)
FOREIGN_2017 = SimulatedCard(
    layout="foreign_2017",
    name="",
    name_latin="ZHENGJIAN, YANGBEN",
    sex=1,
    birth=date(1981, 8, 3),
    number="CAN110081080310",
    nationality="CAN",
    valid_from=date(2017, 6, 16),
    valid_to=date(2027, 6, 15),
    issuer="1100",
)
OLD_LI = SimulatedCard(
    layout="resident",
    name="李长期",
    sex=1,
    ethnicity="03",
    birth=date(1978, 8, 22),
    address="山东省滨州市滨城区",
    number="37230119780822223X",
    issuer="滨州市公安局滨城分局",
    valid_from=date(2010, 1, 1),
    valid_to=None,
    newest_address="山东省滨州市滨城区彭李街道办事处",
)

SLIP = Slip(
    hall="阳信县国地税联合办税服务厅",
    number="A007",
    business="企业业务",
    ahead=3,
    windows="1、2、3、4",
    taken_at="2017-08-18 09:30",
    identified=True,
    code="CX1-7KQ2M9PXRT4WV8YZ",
    english=False,
    copy=False,
)


@pytest.fixture
def simulated():
    with SimulatedCardReader() as reader:
        yield reader


@pytest.fixture
def reader(simulated):
    """The real driver on the simulated reader, with short patience."""
    reader = CardReader(simulated.path, patience=0.1)
    yield reader
    reader.close()
