export default function migrate(event) {
  let total = 0;
  for (const tag of event.tags) {
    total += tag.length;
  }
  return { ...event, number: total };
}
