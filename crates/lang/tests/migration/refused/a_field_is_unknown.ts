export default function migrate(event) {
  return { ...event, txet: event.text };
}
