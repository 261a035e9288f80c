def migrate(event):
    try:
        number = int(event.name)
    finally:
        number = 0
    return event
