import type { Request as Old } from "../../.antler/versions/0_0";
import type { Request } from "../datamodels/models";

const BROWSERS = [
  { part: "a", name: "edge" },
  { part: "e", name: "chrome" },
] as const;

function browser(agent: string) {
  for (const { part, name } of BROWSERS) {
    if (agent.includes(part)) return name;
  }
  return "other";
}

function first(amounts: number[], limit: number): number | null {
  for (const amount of amounts) {
    if (Number.isNaN(amount)) throw new Error("an amount is no number");
    if (amount > limit) return amount;
    if (amount < -1e20) return null;
  }
  return null;
}

/** Where a pair of equal tags begins: a return out of two loops. */
function place(tags: string[]): number {
  for (let i = 0; i < tags.length; i++) {
    for (let j = 0; j < tags.length; j++) {
      if (i < j && tags[i] === tags[j]) return i;
    }
    if (tags[i] === "stop") return -1;
  }
  return tags.length;
}

export default function migrate(request: Old): Request | null {
  let sum = 0;
  for (const tag of request.tags) {
    if (tag === "NA") return null;
    sum += tag.length;
  }
  return {
    id: request.id,
    browser: browser(request.agent),
    first: first(request.amounts, 5),
    place: place(request.tags),
    sum,
  };
}
