from .base import Event


class Click(Event):
    target: str


class DoubleClick(Click):
    delay: float
