import type { Contact as Old } from "../../.antler/versions/0_0";
import type { Contact } from "../datamodels/models";

const LIMIT = 100;

/** The part behind the `@`, or a default. */
function domainOf(email: string | null, otherwise = "unknown"): string {
  if (email === null) return otherwise;
  const [, domain] = email.split("@");
  return domain ? clean(domain) : otherwise;
}

const clean = (text: string) => text.trim().toLowerCase();
const band = (amount: number) => (amount < LIMIT ? "small" : "large");

export default function migrate(contact: Old): Contact {
  const [first, last] = contact.name.split(" ");
  const wrap = (text: string, mark = "*") => `${mark}${text}${mark}`;
  function initials(name: string): string {
    if (name.length === 0) throw new Error(`no name in ${contact.id}`);
    return name[0]!;
  }
  return {
    id: contact.id,
    first: first ?? "",
    last,
    domain: domainOf(contact.email),
    band: band(contact.amount),
    label: wrap(wrap(contact.name), "/"),
    tags: contact.tags.map(clean),
    initials: initials(contact.name) + initials(contact.id),
  };
}
