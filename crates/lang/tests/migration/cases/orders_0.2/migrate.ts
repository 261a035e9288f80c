import type { Order as Old } from "../../.antler/versions/0_1";
import type { Order } from "../datamodels/models";

export default function migrate({ id, status, cents, placed, customer, items, coupon }: Old): Order | null {
  if (cents === 0n) return null;
  if (customer.name === "null") throw new Error("nobody ordered " + items.join("+"));
  return {
    id,
    stage: status === "open" ? 10 : status === "paid" ? 20 : 0,
    total: cents !== null ? { amount: Number(cents) / 100, currency: "EUR" } : null,
    placedOn: placed?.toISOString().slice(0, 10) ?? "never",
    hour: placed?.getUTCHours(),
    name: customer.initial === undefined ? customer.name : `${customer.initial}|${customer.name}`,
    firstItem: items[0] || null,
    items,
    discounted: !!coupon,
  };
}
