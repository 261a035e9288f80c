def one(event):
    return event


def two(event):
    return event
