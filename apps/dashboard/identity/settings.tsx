import { pageSettings, useSettings } from '../connection/settings.js';
import { Toggle } from '../parts/filter.js';
import { Screen, Section } from '../parts/screen.js';
import { Keys } from './keys.js';
import { Me } from './me.js';
import { People } from './people.js';
import css from './settings.module.css';
import { Sessions } from './sessions.js';

/** Who one is here, with which keys and browsers, and who the others are. */
export default function Settings() {
  const { keys } = useSettings();
  return (
    <Screen title="Settings">
      <Me />
      <Keys />
      <Sessions />
      <People />
      <Section title="This page">
        <div className={css['row']}>
          <Toggle isOn={keys} onChange={(isOn) => pageSettings.change({ keys: isOn })}>
            Single keys do something; ? lists them
          </Toggle>
        </div>
      </Section>
    </Screen>
  );
}
