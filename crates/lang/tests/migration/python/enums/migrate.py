from enum import IntEnum, StrEnum

from models.new import Account


class State(StrEnum):
    ON = "on"
    OFF = "off"


class Points(IntEnum):
    FEW = 1
    MANY = 100


STATES = {"active": State.ON, "inactive": State.OFF, "pending": State.OFF}


def migrate(account):
    if account.level == 1:
        priority = 0
    elif account.level == 2:
        priority = 10
    else:
        priority = 20
    old = account.old_status
    return Account(
        id=account.id,
        state=STATES[account.status],
        priority=priority,
        plan="trial" if account.status == "pending" else account.plan,
        status=account.status.value,
        level=account.level,
        above=account.level > 1,
        label=f"{account.plan}/{account.status}/{account.level}",
        old_state=None if old is None else STATES.get(old),
        points=Points.MANY if account.status in ("active", "pending") else Points.FEW.value,
    )
