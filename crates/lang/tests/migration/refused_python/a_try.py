def migrate(event):
    try:
        number = int(event.name)
    except ValueError:
        number = 0
    return event
