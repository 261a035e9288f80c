export default function migrate(event) {
  return { ...event, kind: event.text };
}
