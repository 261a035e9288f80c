export default function migrate(event) {
  return { ...event, number: event.text, text: event.number, at: event.text };
}
