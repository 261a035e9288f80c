from dataclasses import asdict, replace

from models.new import Page

LIMIT = 1_000


def migrate(page):
    if page.views > LIMIT:
        page = replace(page, views=LIMIT)
    if page.url.endswith("z"):
        return Page(**asdict(page), language="z")
    return Page(**asdict(replace(page, title=(page.title or "").strip())))
