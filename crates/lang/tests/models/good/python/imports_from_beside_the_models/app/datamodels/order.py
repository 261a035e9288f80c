from dataclasses import dataclass
from moose_lib import Key
from ..lib.money import Money
import app.lib.people as people


@dataclass
class Order:
    id: Key[str]
    price: Money
    buyer: people.Person
