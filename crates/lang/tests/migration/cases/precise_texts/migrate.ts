import type { Invoice as Old } from "../../.antler/versions/0_0";
import type { Invoice } from "../datamodels/models";

export default function migrate(invoice: Old): Invoice {
  return {
    id: invoice.id,
    idText: invoice.id.slice(0, 8).toUpperCase(),
    day: invoice.day,
    year: Number(invoice.day.slice(0, 4)),
    price: invoice.price,
    finer: invoice.price,
    doubled: (Number(invoice.price) * 2).toFixed(2),
    tax: invoice.tax ?? "0",
    country: invoice.country,
    countryText: invoice.country,
    label: invoice.note === null ? "none" : `${invoice.note} (${invoice.country})`,
    lines: invoice.lines,
    prices: invoice.lines.map((line) => line.price),
    tags: invoice.tags,
    shouted: invoice.tags.map((tag) => tag.toUpperCase()),
    days: invoice.days.filter((day) => day !== null),
    part: invoice.part,
    isHome: invoice.country === "a,b,c" || invoice.tags.includes("abc"),
  };
}
