from models.new import Trace


def migrate(trace):
    unique = []
    for name in trace.names:
        if name not in unique:
            unique.append(name)
    path = ""
    for i, name in enumerate(trace.names):
        if i > 0:
            path += "/"
        path += name
    total = 0
    alternating = 0
    for i in range(len(trace.steps)):
        total += trace.steps[i] // 2
        alternating += i if i % 2 == 0 else -i
    last = "none"
    for name in trace.names:
        if not name:
            break
        last = name
    nested = 0
    for name in trace.names:
        for step in trace.steps:
            if step == len(name):
                nested += 1
    return Trace(
        id=trace.id,
        unique=unique,
        path=path,
        sum=total,
        alternating=alternating,
        last=last,
        pairs=[f"{i}:{name}" for i, name in enumerate(trace.names)] + ["end"],
        reversed=trace.steps[::-1][:2],
        ordered=sorted(trace.steps),
        has_a="a" in trace.names or "abc" in trace.names,
        nested=nested,
    )
