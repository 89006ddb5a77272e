import { useQuery } from '@connectrpc/connect-query';
import { keepPreviousData } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { PromotionPhase } from '#gen/release/v1/promotion_pb.js';
import { type Found, FoundKind, SearchService } from '#gen/release/v1/search_service_pb.js';
import { shortId } from '../../../core/ids.js';
import { laneWord } from '../parts/states.js';
import css from './search-box.module.css';

/** Finds products, bundles, revisions and promotions from everywhere, by the beginning of what names them. */
export function SearchBox() {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const wanted = text.trim();
  const { data, error, isPlaceholderData } = useQuery(
    SearchService.method.search,
    { text: wanted },
    { enabled: wanted.length >= 2, placeholderData: keepPreviousData },
  );
  const found = wanted.length < 2 ? [] : (data?.found ?? []);
  const chosen = found[Math.min(at, found.length - 1)];
  const go = (one: Found | undefined) => {
    if (one === undefined) return;
    setOpen(false);
    setText('');
    // What was found gets the focus.
    field.current?.blur();
    if (one.kind === FoundKind.PRODUCT) void navigate({ to: '/products/$product', params: { product: one.id } });
    else if (one.kind === FoundKind.BUNDLE) void navigate({ to: '/bundles/$bundle', params: { bundle: one.id } });
    else void navigate({ to: '/promotions/$promotion', params: { promotion: one.id } });
  };
  // Enter before the answer is there means what will be found, not what a shorter text had found.
  const isAnswered = error !== null || (data !== undefined && !isPlaceholderData);
  const [isEntered, setEntered] = useState(false);
  useEffect(() => {
    if (!isEntered || !isAnswered) return;
    setEntered(false);
    go(chosen);
    // It waits for the answer alone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [isEntered, isAnswered]);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setOpen(true);
      setAt((now) => (Math.min(now, found.length - 1) + step + found.length) % found.length);
    } else if (event.key === 'Enter') setEntered(true);
    else if (event.key === 'Escape') setOpen(false);
  };
  const isShown = isOpen && wanted.length >= 2;
  return (
    <div className={css['search']} role="search">
      <input
        ref={field}
        type="search"
        role="combobox"
        aria-label="Search products, bundles and promotions"
        aria-expanded={isShown}
        aria-controls={`${id}-list`}
        aria-activedescendant={isShown && chosen !== undefined ? `${id}-${chosen.id}` : undefined}
        aria-autocomplete="list"
        placeholder="Search"
        value={text}
        maxLength={200}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
          setEntered(false);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
      />
      <kbd aria-hidden="true">/</kbd>
      <ul id={`${id}-list`} role="listbox" aria-label="What was found" hidden={!isShown} className={css['list']}>
        {found.map((one) => (
          <li
            key={`${String(one.kind)}${one.id}`}
            id={`${id}-${one.id}`}
            role="option"
            aria-selected={one === chosen}
            className={one === chosen ? css['chosen'] : undefined}
            // Before the field loses the focus, which closes the list.
            onPointerDown={(event) => {
              event.preventDefault();
              go(one);
            }}
          >
            <span className={css['kind']}>{FoundKind[one.kind].toLowerCase()}</span>
            <span className={css['name']}>{one.kind === FoundKind.PRODUCT ? one.id : shortId(one.id)}</span>
            <span className={css['more']}>{moreOf(one)}</span>
          </li>
        ))}
        {found.length === 0 && (
          <li role="option" aria-selected="false" aria-disabled="true" className={css['more']}>
            {error !== null ? 'The server does not answer.' : isAnswered ? 'No results.' : 'Searching …'}
          </li>
        )}
      </ul>
    </div>
  );
}

function moreOf({ kind, product, subject, lane, state }: Found): string {
  if (kind === FoundKind.BUNDLE) return `${product} · ${subject}`;
  if (kind === FoundKind.PROMOTION)
    return `${product} to ${laneWord(lane)} · ${PromotionPhase[state].replaceAll('_', ' ')}`;
  return '';
}
