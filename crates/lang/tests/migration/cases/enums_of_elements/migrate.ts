import type { Order as Old } from "../../.antler/versions/0_0";
import type { Order } from "../datamodels/models";

export default function migrate(order: Old): Order | null {
  const [first] = order.lines;
  if (first === undefined) return null;
  const last = order.lines.at(-1);
  return {
    id: order.id,
    first: first.kind,
    last: last?.kind,
    label: `${first.kind} ${order.lines[2]?.kind ?? "-"}`,
    isNew: first.kind === "new",
  };
}
