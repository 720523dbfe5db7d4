"""
A record's answers as an XForm instance and back: for ODK Collect and the phone's engine.

`instance_xml` writes, `read_instance` reads what it wrote without a loss; docs/forms.md tells what stands
where. What XForms cannot say stands in one element of our own (`domain.forms.instance.own`). Other programs
drop it: what they gave back is compared with what was written (`changed_answers`).
"""

from domain.forms.instance.comparing import changed_answers
from domain.forms.instance.entering import entered_answers
from domain.forms.instance.entities import Entity
from domain.forms.instance.keeping import kept_text, kept_texts
from domain.forms.instance.markup import MAX_BYTES
from domain.forms.instance.model import Instance
from domain.forms.instance.reading import form_of, read_instance
from domain.forms.instance.writing import instance_xml

__all__ = [
    "MAX_BYTES",
    "Entity",
    "Instance",
    "changed_answers",
    "entered_answers",
    "form_of",
    "instance_xml",
    "kept_text",
    "kept_texts",
    "read_instance",
]
