export default function migrate(event: any): any | null {
  if (event.longest === "hidden") return null;
  return {
    ...event,
    first: event.words[0] ?? null,
    digits: event.counts.digits + 1n,
    weight: event.weight ?? 0,
  };
}
