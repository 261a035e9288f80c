import type { Order as Old } from "../../.antler/versions/0_0";
import type { Order } from "../datamodels/models";

function count(tags: string[]) {
  const counts = { long: 0, short: 0 };
  for (const tag of tags) {
    if (tag.length > 3) counts.long++;
    else counts.short += 1;
  }
  return counts;
}

/** An object that only this function knows may be changed until it is used. */
export default function migrate(order: Old): Order {
  const result: any = { id: order.id, name: order.name, total: 0 };
  result.size = "small";
  if (order.amount > 100) {
    result.size = "large";
    result.total = order.amount;
  }
  result.total *= 2;
  let tags = [...order.tags, "new"];
  if (order.amount < 0) tags = tags.filter((tag) => tag !== "");
  result["tags"] = tags;
  result.counts = count(order.tags);
  if (order.note !== undefined) result.note = order.note.trim();
  return { ...result, total: result.total + 1 };
}
