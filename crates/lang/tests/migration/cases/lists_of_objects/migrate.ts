import type { Order as Old } from "../../.antler/versions/0_0";
import type { Order } from "../datamodels/models";

export default function migrate(order: Old): Order {
  const found = order.lines.find((line) => line.sku === order.wanted);
  const byCount = [...order.lines].sort((a, b) => b.count - a.count);
  const days = order.lines.map((line) => ({ name: line.sku, time: line.at, kind: line.kind, note: line.note }));
  return {
    id: order.id,
    lines: order.lines.map((line) => ({
      sku: line.sku.trim(),
      cents: BigInt(Math.round(line.count)),
      at: line.at,
      kind: line.count > 0 ? line.kind : "none",
      note: line.note ?? null,
    })),
    same: order.lines.filter((line) => line.kind === "new" || line.box !== null),
    skus: order.lines.map(({ sku, note = "-" }) => `${sku}/${note}`),
    first: order.lines[0]?.sku,
    found: found && { sku: found.sku, at: found.at, kind: found.kind, note: found.note ?? null },
    sizes: order.lines.flatMap((line) => (line.box === null ? [] : [line.box.size, line.count])),
    heaviest: byCount[0]?.sku ?? "none",
    late: days
      .filter((day) => day.time.getTime() > 0 && day.kind === "used")
      .map((day) => ({ sku: day.name + (day.note ?? ""), day: day.time.toISOString() })),
  };
}
