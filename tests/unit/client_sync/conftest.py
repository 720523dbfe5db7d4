from tests.support.devices import fleet
from tests.support.exchange import enter_xml, file_xml
from tests.support.terminal import verilap

__all__ = ["enter_xml", "file_xml", "fleet", "verilap"]
