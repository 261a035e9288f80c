export default function migrate(event) {
  if (event.number > 0) return;
  return event;
}
