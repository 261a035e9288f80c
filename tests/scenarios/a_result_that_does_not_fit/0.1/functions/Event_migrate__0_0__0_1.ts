export default function migrate(event: any) {
  return { id: event.id, kind: event.activity, loud: "yes" };
}
