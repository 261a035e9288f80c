import type { Order as Old } from "../../.antler/versions/0_0";
import type { Order } from "../datamodels/models";

export default function migrate(order: Old): Order {
  const { customer, shipping } = order;
  const { address } = customer;
  return {
    ...order,
    customerName: customer.name,
    email: customer.email ?? "unknown",
    city: customer.address?.city,
    cityLength: customer.address?.city.length ?? 0,
    zip: address ? address.zip : null,
    destination: address === undefined ? null : { zip: address.zip, city: address.city.toUpperCase() },
    days: shipping?.days ?? -1,
    isShipped: !!shipping,
    delivery: {
      by: { carrier: shipping?.carrier ?? "none", ["fast"]: shipping != null && shipping.days !== null && shipping.days < 3 },
      to: address?.city || "?",
    },
    firstTag: order.tags[0] ?? null,
    tagCount: order.tags.length,
    isGift: order.tags.includes("abc"),
    tagLine: order.tags.join(", "),
    labels: [order.id, "order", customer.name],
    scoreCount: order.scores?.length ?? 0,
    firstScore: order.scores?.[0],
    firstSku: order.lines[0]?.sku,
    note: order.note ?? undefined,
    coupon: order.coupon ?? null,
    couponText: String(order.coupon),
  };
}
