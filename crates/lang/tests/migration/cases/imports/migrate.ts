import type { Account as Old } from "../../.antler/versions/0_0";
import { Account, Kind, Level } from "../datamodels/models";
import * as money from "../lib/money";
import tidy, { digits as onlyDigits, TAGS } from "../lib";
import { withoutEmpty } from "./shared/lists";

/** What other files declare is here as if it stood here. */
export default function migrate(account: Old): Account {
  const level = account.plan === "pro" ? Level.Pro : account.plan === "free" ? Level.Free : Level.Other;
  return {
    id: account.id,
    email: tidy(account.email),
    phone: account.phone === null ? null : onlyDigits(account.phone),
    level,
    price: money.format(account.cents / money.CENTS),
    tags: withoutEmpty([...account.tags, ...TAGS]),
    kind: account.email.endsWith(".com") ? Kind.Company : Kind.Person,
  };
}
