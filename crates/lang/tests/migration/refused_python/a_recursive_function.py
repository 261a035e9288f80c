def again(event):
    return again(event)


def migrate(event):
    return again(event)
