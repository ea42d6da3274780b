"""What is already held when the horizon starts."""

from __future__ import annotations

from tokenworks.schema.columns import Column, Kind, Role, Table
from tokenworks.schema.shorthand import amount, choice, date, key, label, provenance, reference

SITE, CONTRACT, POWER, HARDWARE = "site", "contract", "power", "hardware"
PERMIT, QUEUE_POSITION, ORDER = "permit", "queue-position", "order"
KINDS = (SITE, CONTRACT, POWER, HARDWARE, PERMIT, QUEUE_POSITION, ORDER)

HOLDINGS = Table(
    "holdings",
    "something held when the horizon starts; what is already paid for it is sunk",
    (
        key("holding", "Id of the holding."),
        label("name", "Name for people."),
        choice(
            "kind",
            "Energised blocks of a site, a grid contract, power modules or systems in service, a "
            "permit granted, a permit or interconnection filed, or an order that arrives later.",
            KINDS,
        ),
        reference("site", "sites.site", "Where it is."),
        Column(
            "asset",
            Kind.TEXT,
            Role.INPUT,
            "Technology, system, interconnection route, permit route, or export rule of a licence; "
            "of an order of blocks `site`. Blank for the blocks of a site.",
            optional=True,
        ),
        date(
            "date",
            "Since when it is in service, contracted or granted, or when it was filed or ordered "
            "(of blocks: when ground was broken); its month counts.",
        ),
        amount(
            "amount_count",
            "Blocks, modules or systems; blank for contracts, permits and what is filed.",
            optional=True,
        ),
        amount("amount_mw", "Contracted MW, of a contract alone.", optional=True),
        *provenance(),
    ),
    required=False,
)

HOLDINGS_TABLES = (HOLDINGS,)
