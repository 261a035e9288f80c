export default function migrate(event) {
  const total = event.maybe + 1;
  const label = event.txt;
  return { ...event, number: total, text: label, extra: 1 };
}
