from models.new import Box


def shout(tag):
    return tag.upper() + "!"


def migrate(box):
    return Box(
        id=box.id,
        ascii="".join(c for c in box.label if "a" <= c <= "z" or c == "-"),
        spelled="-".join(box.label),
        count=sum(1 for c in box.label if c in "aeiou"),
        tags=sorted(box.tags),
        descending=sorted(box.tags, reverse=True),
        cheapest=[item.name for item in sorted(box.items, key=lambda item: item.price)],
        sizes=",".join(map(str, box.sizes)),
        first_large=next((size for size in box.sizes if size > 10), None),
        named=next((item.name for item in box.items if item.size > 0), "none"),
        longest=max(box.tags, default=""),
        largest=max([0] + box.sizes),
        shouted=list(map(shout, box.tags)),
        chars=[c for c in box.label[:5]],
    )
