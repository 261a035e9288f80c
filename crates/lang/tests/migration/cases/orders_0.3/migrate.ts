import type { Order as Old } from "../../.antler/versions/0_2";
import type { Order } from "../datamodels/models";

enum Stage {
  Unknown,
  Open = 10,
  Paid = 20,
}

export default function migrate(order: Old): Order {
  const { id, total, name, items } = order;
  switch (order.stage) {
    case Stage.Unknown:
      if (total && total.amount > 1e6) throw new RangeError(`${total.amount} ${total.currency} is too much`);
  }
  return {
    id,
    label: `${order.placedOn}@${order.hour === undefined ? "-" : String(order.hour)} ${order.firstItem}`,
    total: total?.amount ?? 0,
    isPaid: order.stage === Stage.Paid,
    name: { text: name, length: name.length },
    items: { list: items, count: items.length },
  };
}
