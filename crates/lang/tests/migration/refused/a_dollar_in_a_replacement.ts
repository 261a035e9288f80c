export default function migrate(event) {
  return { ...event, text: event.text.replace("a", "$`") };
}
