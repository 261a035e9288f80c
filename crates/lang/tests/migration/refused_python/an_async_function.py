async def migrate(event):
    return event
