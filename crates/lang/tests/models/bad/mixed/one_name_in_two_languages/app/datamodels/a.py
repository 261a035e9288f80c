@dataclass
class Flight:
    id: Key[str]
