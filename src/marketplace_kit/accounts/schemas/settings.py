"""What a site decides about accounts."""

from __future__ import annotations

from typing import Annotated

from marketplace_kit.kernel.fields import Field, Form
from marketplace_kit.kernel.texts import N_


class AccountSettings(Form):
    """``[accounts]``: what people agree to, and how often a sign-in may be tried."""

    terms_version: Annotated[str, Field(N_("Version of the terms of use"), max_length=40)] = "1"
    privacy_version: Annotated[str, Field(N_("Version of the privacy policy"), max_length=40)] = "1"
    sign_ins_per_person: Annotated[
        int, Field(N_("Sign-in tries for one person"), unit=N_("in 5 minutes"), min=1, max=10_000, runtime=True)
    ] = 10
    # Mobile networks here put thousands of people behind one address, hence more than for one person.
    sign_ins_per_address: Annotated[
        int,
        Field(N_("Sign-in tries from one network address"), unit=N_("in 5 minutes"), min=1, max=100_000, runtime=True),
    ] = 30
    marketing_version: Annotated[str, Field(N_("Version of the consent to offers"), max_length=40)] = "1"
    codes_per_hour: Annotated[
        int,
        Field(
            N_("Codes sent to phones"),
            unit=N_("in one hour, all together"),
            hint=N_("Each costs money: this bounds what a flood of requests can cost."),
            min=1,
            max=1_000_000,
            runtime=True,
        ),
    ] = 600
    operator_name: Annotated[
        str,
        Field(
            N_("Who runs the site"), hint=N_("The legal name, as it stands in the terms and in consents."), runtime=True
        ),
    ] = ""
    operator_bin: Annotated[str, Field(N_("BIN or IIN of who runs the site"), pattern=r"(\d{12})?", runtime=True)] = ""
    operator_contact: Annotated[
        str,
        Field(
            N_("Contact for questions about personal data"),
            hint=N_("An e-mail address or a phone number."),
            runtime=True,
        ),
    ] = ""
    data_crosses_border: Annotated[
        bool,
        Field(
            N_("Personal data crosses the border"),
            hint=N_("True as soon as messages leave by messengers, mail or calendars abroad."),
        ),
    ] = True
    documents_folder: Annotated[
        str,
        Field(
            N_("Folder of the site's own legal texts"),
            max_length=500,
            hint=N_("terms.ru.txt, privacy.kk.txt and so on; those that are not there are ours."),
        ),
    ] = ""
