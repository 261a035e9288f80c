import type { Basket as Old } from "../../.antler/versions/0_0";
import type { Basket } from "../datamodels/models";

type Best = { sku: string; price: number } | null;

export default (basket: Old): Basket => ({
  id: basket.id,
  sum: basket.prices.reduce((sum, price) => sum + price, 0),
  text: basket.names.reduce((text, name, i) => text + (i > 0 ? ", " : "") + name, ""),
  total: basket.lines.reduce((sum, { count, price }) => sum + count * price, 0),
  longest: basket.names.reduce((a, b) => (b.length > a.length ? b : a), ""),
  unique: basket.names.reduce((seen: string[], name) => (seen.includes(name) ? seen : [...seen, name]), [basket.id]),
  best: basket.lines.reduce(
    (best: Best, line) => (best === null || line.price > best.price ? { sku: line.sku, price: line.price } : best),
    null,
  )?.sku,
  stats: basket.maybe.reduce(
    ({ count, sum, first }, name) => ({
      count: count + 1,
      sum: sum + (name?.length ?? 0),
      first: first ?? name,
    }),
    { count: 0, sum: 0, first: null },
  ),
});
