"""Fields: one way to declare a form.

A :class:`Form` is a frozen Struct whose attributes are ``Annotated`` with a :class:`Field`. The one declaration is the
HTML form, the JSON Schema in OpenAPI, the validation, the search facet and the read-only view - for listing attributes,
questionnaires, settings and request bodies alike::

    class Puppy(Form):
        breed: Annotated[str, Field("Breed", max_length=80, filterable=True)]
        born: Annotated[date | None, Field("Date of birth")] = None
"""

from marketplace_kit.kernel.fields.declaration import Choice, Field, Form, NoFields, check_form, fields_of
from marketplace_kit.kernel.fields.reading import parse, raw_of
from marketplace_kit.kernel.fields.schema import json_schema
from marketplace_kit.kernel.fields.showing import read_view, shown

__all__ = [
    "Choice",
    "Field",
    "Form",
    "NoFields",
    "check_form",
    "fields_of",
    "json_schema",
    "parse",
    "raw_of",
    "read_view",
    "shown",
]
