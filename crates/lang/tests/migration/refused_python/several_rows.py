def migrate(event):
    return [event, event]
