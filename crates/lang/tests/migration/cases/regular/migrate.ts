import type { Lead as Old } from "../../.antler/versions/0_0";
import type { Lead } from "../datamodels/models";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)/;

export default function migrate(lead: Old): Lead {
  const year = lead.url.match(DATE)?.[1];
  return {
    id: lead.id,
    isEmail: EMAIL.test(lead.email),
    isHex: /^(?:0x)?[0-9a-f]+$/i.test(lead.phone),
    domain: lead.email.match(/a([a-z, ]+)/)?.[1],
    digits: lead.phone.replace(/\D/g, ""),
    spaced: lead.note?.replace(/\s+/g, " ") ?? "",
    slug: lead.url.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, ""),
    masked: lead.phone.replace(/\d/g, "#"),
    swapped: lead.url.replace(/(\w)([,; -])(\w)/, "$3$2$1 $$ $& \\"),
    first: (lead.url.match(/[a-z]+/) ?? [""])[0] ?? "",
    numbers: lead.phone.match(/\d+/g) ?? [],
    count: (lead.note?.match(/[aeiou]/gi) ?? []).length,
    parts: lead.url.split(/[,;]\s*|-/),
    words: lead.email.trim().split(/\s+/),
    three: /^.{3}$/u.test(lead.url),
    threeUnits: /^.{2,3}$/.test(lead.id),
    isBot: /\b(bot|a|NA)\b/i.test(lead.email),
    year: year === undefined ? null : Number(year),
    dots: lead.email.replace(/./gu, "."),
    odd: lead.note?.replaceAll(/[^\x20-\x7e]/g, "") ?? "none",
  };
}
