import { Link } from '@tanstack/react-router';
import { Empty } from '../parts/notes.js';

/** An address that leads nowhere. */
export function NoSuchPage() {
  return (
    <main>
      <h1 className="visually-hidden">No such page</h1>
      <Empty title="There is no such page">
        <p>
          <Link to="/lanes">Go to the lanes</Link>
        </p>
      </Empty>
    </main>
  );
}
