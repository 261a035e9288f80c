export default function migrate(event: any) {
  return { id: event.id, größe: event.größe * 2, имя: event.名前 };
}
