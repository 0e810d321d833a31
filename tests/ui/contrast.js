// Gives the visible texts whose colour, with every opacity above it, is too near to what is painted behind it.
() => {
    const paint = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const read = text => {
        paint.clearRect(0, 0, 1, 1); paint.fillStyle = '#000'; paint.fillStyle = text; paint.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    };
    const over = (front, back) => [0, 1, 2].map(i => front[i] * front[3] + back[i] * (1 - front[3]));
    const light = colour => {
        const [r, g, b] = colour.map(part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const lineage = element => element ? [...lineage(element.parentElement), element] : [];
    const left = 'style, script, noscript, [data-testid=stIconMaterial], .leaflet-disabled, [disabled], '
               + '[aria-disabled=true]';
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const element = walk.currentNode.parentElement, style = getComputedStyle(element);
        const text = walk.currentNode.textContent.trim(), box = element.getBoundingClientRect();
        if (!text || box.width < 2 || element.closest(left)) { continue; }
        if (!element.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) { continue; }
        const x = box.x + box.width / 2, y = box.y + box.height / 2;
        let back = [255, 255, 255], opacity = 1;
        for (const above of lineage(element)) {
            const around = above.getBoundingClientRect();
            const behind = x >= around.left && x <= around.right && y >= around.top && y <= around.bottom;
            if (behind) { back = over(read(getComputedStyle(above).backgroundColor), back); }
            opacity *= parseFloat(getComputedStyle(above).opacity);
        }
        const colour = read(element instanceof SVGElement ? style.fill : style.color);
        const front = over([...colour.slice(0, 3), colour[3] * opacity], back);
        const [darker, lighter] = [light(front), light(back)].sort((one, other) => one - other);
        const ratio = (lighter + 0.05) / (darker + 0.05), size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
        if (ratio < (large ? 3 : 4.5)) { found.push(`${ratio.toFixed(2)} “${text.slice(0, 40)}”`); }
    }
    return found;
}
