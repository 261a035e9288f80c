import type { Order as Old } from "../../.antler/versions/0_0";
import type { Order } from "../datamodels/models";

export default function migrate(order: Old): Order | null {
  const status = order.status.trim().toLowerCase();
  if (status.includes("inactive")) return null;
  const amount = Number(order.amount);
  if (amount < 0) throw new Error(`order ${order.id}: ${amount}`);
  return {
    id: order.id,
    status: status === "" ? "open" : status === "paid" || status.startsWith("a") ? "paid" : "unknown",
    cents: isNaN(amount) ? null : BigInt(Math.round(amount * 100)),
    placed: order.placed.startsWith("20") ? new Date(order.placed) : null,
    customer: {
      name: order.customer.trim(),
      initial: order.customer.length > 3 ? order.customer.toUpperCase().padEnd(4, "*") : undefined,
    },
    items: order.items.split(","),
    coupon: order.coupon,
  };
}
