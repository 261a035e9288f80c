def migrate(event):
    try:
        number = int(event.name)
    except OSError:
        number = 0
    return event
