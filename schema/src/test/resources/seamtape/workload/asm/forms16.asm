; Forms in 16-bit code, held byte for byte against nasm.
add al,bl
add bl,ch
add al,5
add bl,-1
add al,0x7f
add ch,0x12
add [bx],bl
add al,[bx+si]
add byte [bp],3
add [bp+di+4],byte 0x55
add ax,bx
add bx,si
add ax,5
add bx,-1
add ax,0x7f
add si,0x12
add ax,0x80
add bx,0x1234
add ax,0x1234
add bx,strict word 5
add bx,0xffff
add ax,0xff80
add [bx],bx
add ax,[bx+si]
add word [bp],3
add [bp+di+4],word 0x55
add eax,edx
add edx,ebp
add eax,5
add edx,-1
add eax,0x7f
add ebp,0x12
add eax,0x80
add edx,0x1234
add eax,0x1234
add edx,127
add ebx,0xffffffff
add eax,0x12345678
add [bx],edx
add eax,[bx+si]
add dword [bp],3
add [bp+di+4],dword 0x55
or al,bl
or bl,ch
or al,5
or bl,-1
or al,0x7f
or ch,0x12
or [bx],bl
or al,[bx+si]
or byte [bp],3
or [bp+di+4],byte 0x55
or ax,bx
or bx,si
or ax,5
or bx,-1
or ax,0x7f
or si,0x12
or ax,0x80
or bx,0x1234
or ax,0x1234
or bx,strict word 5
or bx,0xffff
or ax,0xff80
or [bx],bx
or ax,[bx+si]
or word [bp],3
or [bp+di+4],word 0x55
or eax,edx
or edx,ebp
or eax,5
or edx,-1
or eax,0x7f
or ebp,0x12
or eax,0x80
or edx,0x1234
or eax,0x1234
or edx,127
or ebx,0xffffffff
or eax,0x12345678
or [bx],edx
or eax,[bx+si]
or dword [bp],3
or [bp+di+4],dword 0x55
adc al,bl
adc bl,ch
adc al,5
adc bl,-1
adc al,0x7f
adc ch,0x12
adc [bx],bl
adc al,[bx+si]
adc byte [bp],3
adc [bp+di+4],byte 0x55
adc ax,bx
adc bx,si
adc ax,5
adc bx,-1
adc ax,0x7f
adc si,0x12
adc ax,0x80
adc bx,0x1234
adc ax,0x1234
adc bx,strict word 5
adc bx,0xffff
adc ax,0xff80
adc [bx],bx
adc ax,[bx+si]
adc word [bp],3
adc [bp+di+4],word 0x55
adc eax,edx
adc edx,ebp
adc eax,5
adc edx,-1
adc eax,0x7f
adc ebp,0x12
adc eax,0x80
adc edx,0x1234
adc eax,0x1234
adc edx,127
adc ebx,0xffffffff
adc eax,0x12345678
adc [bx],edx
adc eax,[bx+si]
adc dword [bp],3
adc [bp+di+4],dword 0x55
sbb al,bl
sbb bl,ch
sbb al,5
sbb bl,-1
sbb al,0x7f
sbb ch,0x12
sbb [bx],bl
sbb al,[bx+si]
sbb byte [bp],3
sbb [bp+di+4],byte 0x55
sbb ax,bx
sbb bx,si
sbb ax,5
sbb bx,-1
sbb ax,0x7f
sbb si,0x12
sbb ax,0x80
sbb bx,0x1234
sbb ax,0x1234
sbb bx,strict word 5
sbb bx,0xffff
sbb ax,0xff80
sbb [bx],bx
sbb ax,[bx+si]
sbb word [bp],3
sbb [bp+di+4],word 0x55
sbb eax,edx
sbb edx,ebp
sbb eax,5
sbb edx,-1
sbb eax,0x7f
sbb ebp,0x12
sbb eax,0x80
sbb edx,0x1234
sbb eax,0x1234
sbb edx,127
sbb ebx,0xffffffff
sbb eax,0x12345678
sbb [bx],edx
sbb eax,[bx+si]
sbb dword [bp],3
sbb [bp+di+4],dword 0x55
and al,bl
and bl,ch
and al,5
and bl,-1
and al,0x7f
and ch,0x12
and [bx],bl
and al,[bx+si]
and byte [bp],3
and [bp+di+4],byte 0x55
and ax,bx
and bx,si
and ax,5
and bx,-1
and ax,0x7f
and si,0x12
and ax,0x80
and bx,0x1234
and ax,0x1234
and bx,strict word 5
and bx,0xffff
and ax,0xff80
and [bx],bx
and ax,[bx+si]
and word [bp],3
and [bp+di+4],word 0x55
and eax,edx
and edx,ebp
and eax,5
and edx,-1
and eax,0x7f
and ebp,0x12
and eax,0x80
and edx,0x1234
and eax,0x1234
and edx,127
and ebx,0xffffffff
and eax,0x12345678
and [bx],edx
and eax,[bx+si]
and dword [bp],3
and [bp+di+4],dword 0x55
sub al,bl
sub bl,ch
sub al,5
sub bl,-1
sub al,0x7f
sub ch,0x12
sub [bx],bl
sub al,[bx+si]
sub byte [bp],3
sub [bp+di+4],byte 0x55
sub ax,bx
sub bx,si
sub ax,5
sub bx,-1
sub ax,0x7f
sub si,0x12
sub ax,0x80
sub bx,0x1234
sub ax,0x1234
sub bx,strict word 5
sub bx,0xffff
sub ax,0xff80
sub [bx],bx
sub ax,[bx+si]
sub word [bp],3
sub [bp+di+4],word 0x55
sub eax,edx
sub edx,ebp
sub eax,5
sub edx,-1
sub eax,0x7f
sub ebp,0x12
sub eax,0x80
sub edx,0x1234
sub eax,0x1234
sub edx,127
sub ebx,0xffffffff
sub eax,0x12345678
sub [bx],edx
sub eax,[bx+si]
sub dword [bp],3
sub [bp+di+4],dword 0x55
xor al,bl
xor bl,ch
xor al,5
xor bl,-1
xor al,0x7f
xor ch,0x12
xor [bx],bl
xor al,[bx+si]
xor byte [bp],3
xor [bp+di+4],byte 0x55
xor ax,bx
xor bx,si
xor ax,5
xor bx,-1
xor ax,0x7f
xor si,0x12
xor ax,0x80
xor bx,0x1234
xor ax,0x1234
xor bx,strict word 5
xor bx,0xffff
xor ax,0xff80
xor [bx],bx
xor ax,[bx+si]
xor word [bp],3
xor [bp+di+4],word 0x55
xor eax,edx
xor edx,ebp
xor eax,5
xor edx,-1
xor eax,0x7f
xor ebp,0x12
xor eax,0x80
xor edx,0x1234
xor eax,0x1234
xor edx,127
xor ebx,0xffffffff
xor eax,0x12345678
xor [bx],edx
xor eax,[bx+si]
xor dword [bp],3
xor [bp+di+4],dword 0x55
cmp al,bl
cmp bl,ch
cmp al,5
cmp bl,-1
cmp al,0x7f
cmp ch,0x12
cmp [bx],bl
cmp al,[bx+si]
cmp byte [bp],3
cmp [bp+di+4],byte 0x55
cmp ax,bx
cmp bx,si
cmp ax,5
cmp bx,-1
cmp ax,0x7f
cmp si,0x12
cmp ax,0x80
cmp bx,0x1234
cmp ax,0x1234
cmp bx,strict word 5
cmp bx,0xffff
cmp ax,0xff80
cmp [bx],bx
cmp ax,[bx+si]
cmp word [bp],3
cmp [bp+di+4],word 0x55
cmp eax,edx
cmp edx,ebp
cmp eax,5
cmp edx,-1
cmp eax,0x7f
cmp ebp,0x12
cmp eax,0x80
cmp edx,0x1234
cmp eax,0x1234
cmp edx,127
cmp ebx,0xffffffff
cmp eax,0x12345678
cmp [bx],edx
cmp eax,[bx+si]
cmp dword [bp],3
cmp [bp+di+4],dword 0x55
test al,bl
test bl,al
test bl,ch
test [bx],bl
test ch,[bx]
test [bx+si],bl
test ch,[bx+si]
test [bp],bl
test ch,[bp]
test [bp+di+4],bl
test ch,[bp+di+4]
test [si-2],bl
test ch,[si-2]
test [0x1234],bl
test ch,[0x1234]
test [di+0x200],bl
test ch,[di+0x200]
test [es:bx+1],bl
test ch,[es:bx+1]
test [ss:bp+0x80],bl
test ch,[ss:bp+0x80]
test [eax+ebx*4],bl
test ch,[eax+ebx*4]
test [esp+8],bl
test ch,[esp+8]
mov al,bl
mov bl,al
mov bl,ch
mov [bx],bl
mov ch,[bx]
mov al,[bx]
mov [bx],al
mov [bx+si],bl
mov ch,[bx+si]
mov al,[bx+si]
mov [bx+si],al
mov [bp],bl
mov ch,[bp]
mov al,[bp]
mov [bp],al
mov [bp+di+4],bl
mov ch,[bp+di+4]
mov al,[bp+di+4]
mov [bp+di+4],al
mov [si-2],bl
mov ch,[si-2]
mov al,[si-2]
mov [si-2],al
mov [0x1234],bl
mov ch,[0x1234]
mov al,[0x1234]
mov [0x1234],al
mov [di+0x200],bl
mov ch,[di+0x200]
mov al,[di+0x200]
mov [di+0x200],al
mov [es:bx+1],bl
mov ch,[es:bx+1]
mov al,[es:bx+1]
mov [es:bx+1],al
mov [ss:bp+0x80],bl
mov ch,[ss:bp+0x80]
mov al,[ss:bp+0x80]
mov [ss:bp+0x80],al
mov [eax+ebx*4],bl
mov ch,[eax+ebx*4]
mov al,[eax+ebx*4]
mov [eax+ebx*4],al
mov [esp+8],bl
mov ch,[esp+8]
mov al,[esp+8]
mov [esp+8],al
xchg al,bl
xchg bl,al
xchg bl,ch
xchg [bx],bl
xchg ch,[bx]
xchg [bx+si],bl
xchg ch,[bx+si]
xchg [bp],bl
xchg ch,[bp]
xchg [bp+di+4],bl
xchg ch,[bp+di+4]
xchg [si-2],bl
xchg ch,[si-2]
xchg [0x1234],bl
xchg ch,[0x1234]
xchg [di+0x200],bl
xchg ch,[di+0x200]
xchg [es:bx+1],bl
xchg ch,[es:bx+1]
xchg [ss:bp+0x80],bl
xchg ch,[ss:bp+0x80]
xchg [eax+ebx*4],bl
xchg ch,[eax+ebx*4]
xchg [esp+8],bl
xchg ch,[esp+8]
test al,0x12
test bl,0x7f
test byte [bx],0x21
test byte [si-2],0x22
mov al,0x12
mov bl,0x7f
mov byte [bx],0x21
mov byte [si-2],0x22
inc al
inc ch
inc byte [bx]
inc byte [bp+di+4]
dec al
dec ch
dec byte [bx]
dec byte [bp+di+4]
not al
not ch
not byte [bx]
not byte [bp+di+4]
neg al
neg ch
neg byte [bx]
neg byte [bp+di+4]
mul al
mul ch
mul byte [bx]
mul byte [bp+di+4]
imul al
imul ch
imul byte [bx]
imul byte [bp+di+4]
div al
div ch
div byte [bx]
div byte [bp+di+4]
idiv al
idiv ch
idiv byte [bx]
idiv byte [bp+di+4]
rol al,1
rol bl,cl
rol ch,4
rol byte [bx],1
rol byte [bx+si],cl
rol byte [bp],7
ror al,1
ror bl,cl
ror ch,4
ror byte [bx],1
ror byte [bx+si],cl
ror byte [bp],7
rcl al,1
rcl bl,cl
rcl ch,4
rcl byte [bx],1
rcl byte [bx+si],cl
rcl byte [bp],7
rcr al,1
rcr bl,cl
rcr ch,4
rcr byte [bx],1
rcr byte [bx+si],cl
rcr byte [bp],7
shl al,1
shl bl,cl
shl ch,4
shl byte [bx],1
shl byte [bx+si],cl
shl byte [bp],7
sal al,1
sal bl,cl
sal ch,4
sal byte [bx],1
sal byte [bx+si],cl
sal byte [bp],7
shr al,1
shr bl,cl
shr ch,4
shr byte [bx],1
shr byte [bx+si],cl
shr byte [bp],7
sar al,1
sar bl,cl
sar ch,4
sar byte [bx],1
sar byte [bx+si],cl
sar byte [bp],7
xadd al,bl
xadd [bx+si],bl
lock xadd [bx],al
cmpxchg al,bl
cmpxchg [bx+si],bl
lock cmpxchg [bx],al
test ax,bx
test bx,ax
test bx,si
test [bx],bx
test si,[bx]
test [bx+si],bx
test si,[bx+si]
test [bp],bx
test si,[bp]
test [bp+di+4],bx
test si,[bp+di+4]
test [si-2],bx
test si,[si-2]
test [0x1234],bx
test si,[0x1234]
test [di+0x200],bx
test si,[di+0x200]
test [es:bx+1],bx
test si,[es:bx+1]
test [ss:bp+0x80],bx
test si,[ss:bp+0x80]
test [eax+ebx*4],bx
test si,[eax+ebx*4]
test [esp+8],bx
test si,[esp+8]
mov ax,bx
mov bx,ax
mov bx,si
mov [bx],bx
mov si,[bx]
mov ax,[bx]
mov [bx],ax
mov [bx+si],bx
mov si,[bx+si]
mov ax,[bx+si]
mov [bx+si],ax
mov [bp],bx
mov si,[bp]
mov ax,[bp]
mov [bp],ax
mov [bp+di+4],bx
mov si,[bp+di+4]
mov ax,[bp+di+4]
mov [bp+di+4],ax
mov [si-2],bx
mov si,[si-2]
mov ax,[si-2]
mov [si-2],ax
mov [0x1234],bx
mov si,[0x1234]
mov ax,[0x1234]
mov [0x1234],ax
mov [di+0x200],bx
mov si,[di+0x200]
mov ax,[di+0x200]
mov [di+0x200],ax
mov [es:bx+1],bx
mov si,[es:bx+1]
mov ax,[es:bx+1]
mov [es:bx+1],ax
mov [ss:bp+0x80],bx
mov si,[ss:bp+0x80]
mov ax,[ss:bp+0x80]
mov [ss:bp+0x80],ax
mov [eax+ebx*4],bx
mov si,[eax+ebx*4]
mov ax,[eax+ebx*4]
mov [eax+ebx*4],ax
mov [esp+8],bx
mov si,[esp+8]
mov ax,[esp+8]
mov [esp+8],ax
xchg ax,bx
xchg bx,ax
xchg bx,si
xchg [bx],bx
xchg si,[bx]
xchg [bx+si],bx
xchg si,[bx+si]
xchg [bp],bx
xchg si,[bp]
xchg [bp+di+4],bx
xchg si,[bp+di+4]
xchg [si-2],bx
xchg si,[si-2]
xchg [0x1234],bx
xchg si,[0x1234]
xchg [di+0x200],bx
xchg si,[di+0x200]
xchg [es:bx+1],bx
xchg si,[es:bx+1]
xchg [ss:bp+0x80],bx
xchg si,[ss:bp+0x80]
xchg [eax+ebx*4],bx
xchg si,[eax+ebx*4]
xchg [esp+8],bx
xchg si,[esp+8]
test ax,0x12
test bx,0x7f
test ax,0x1234
test bx,-2
test word [bx],0x21
test word [si-2],0x22
mov ax,0x12
mov bx,0x7f
mov ax,0x1234
mov bx,-2
mov word [bx],0x21
mov word [si-2],0x22
inc ax
inc si
inc word [bx]
inc word [bp+di+4]
dec ax
dec si
dec word [bx]
dec word [bp+di+4]
not ax
not si
not word [bx]
not word [bp+di+4]
neg ax
neg si
neg word [bx]
neg word [bp+di+4]
mul ax
mul si
mul word [bx]
mul word [bp+di+4]
imul ax
imul si
imul word [bx]
imul word [bp+di+4]
div ax
div si
div word [bx]
div word [bp+di+4]
idiv ax
idiv si
idiv word [bx]
idiv word [bp+di+4]
rol ax,1
rol bx,cl
rol si,4
rol word [bx],1
rol word [bx+si],cl
rol word [bp],7
ror ax,1
ror bx,cl
ror si,4
ror word [bx],1
ror word [bx+si],cl
ror word [bp],7
rcl ax,1
rcl bx,cl
rcl si,4
rcl word [bx],1
rcl word [bx+si],cl
rcl word [bp],7
rcr ax,1
rcr bx,cl
rcr si,4
rcr word [bx],1
rcr word [bx+si],cl
rcr word [bp],7
shl ax,1
shl bx,cl
shl si,4
shl word [bx],1
shl word [bx+si],cl
shl word [bp],7
sal ax,1
sal bx,cl
sal si,4
sal word [bx],1
sal word [bx+si],cl
sal word [bp],7
shr ax,1
shr bx,cl
shr si,4
shr word [bx],1
shr word [bx+si],cl
shr word [bp],7
sar ax,1
sar bx,cl
sar si,4
sar word [bx],1
sar word [bx+si],cl
sar word [bp],7
xadd ax,bx
xadd [bx+si],bx
lock xadd [bx],ax
cmpxchg ax,bx
cmpxchg [bx+si],bx
lock cmpxchg [bx],ax
bt ax,bx
bt si,7
bt [bx],bx
bt word [bp],3
bts ax,bx
bts si,7
bts [bx],bx
bts word [bp],3
btr ax,bx
btr si,7
btr [bx],bx
btr word [bp],3
btc ax,bx
btc si,7
btc [bx],bx
btc word [bp],3
bsf ax,bx
bsf bx,[bx+si]
bsr ax,bx
bsr bx,[bx+si]
imul ax,bx
imul bx,[bx+si]
cmove ax,bx
cmove bx,[bx+si]
cmovnz ax,bx
cmovnz bx,[bx+si]
cmovl ax,bx
cmovl bx,[bx+si]
imul ax,bx,5
imul bx,si,0x1234
imul si,7
imul ax,0x300
imul ax,[bx],-3
imul bx,word [bx+si],0x400
shld ax,bx,3
shld bx,si,cl
shld [bx],bx,9
shrd ax,bx,3
shrd bx,si,cl
shrd [bx],bx,9
movzx ax,bl
movzx ax,byte [bx]
movsx ax,bl
movsx ax,byte [bx]
lea bx,[bx]
lea bx,[bx+si]
lea bx,[bp]
lea bx,[bp+di+4]
lea bx,[si-2]
lea bx,[0x1234]
lea bx,[di+0x200]
lea bx,[es:bx+1]
lea bx,[ss:bp+0x80]
lea bx,[eax+ebx*4]
lea bx,[esp+8]
test eax,edx
test edx,eax
test edx,ebp
test [bx],edx
test ebp,[bx]
test [bx+si],edx
test ebp,[bx+si]
test [bp],edx
test ebp,[bp]
test [bp+di+4],edx
test ebp,[bp+di+4]
test [si-2],edx
test ebp,[si-2]
test [0x1234],edx
test ebp,[0x1234]
test [di+0x200],edx
test ebp,[di+0x200]
test [es:bx+1],edx
test ebp,[es:bx+1]
test [ss:bp+0x80],edx
test ebp,[ss:bp+0x80]
test [eax+ebx*4],edx
test ebp,[eax+ebx*4]
test [esp+8],edx
test ebp,[esp+8]
mov eax,edx
mov edx,eax
mov edx,ebp
mov [bx],edx
mov ebp,[bx]
mov eax,[bx]
mov [bx],eax
mov [bx+si],edx
mov ebp,[bx+si]
mov eax,[bx+si]
mov [bx+si],eax
mov [bp],edx
mov ebp,[bp]
mov eax,[bp]
mov [bp],eax
mov [bp+di+4],edx
mov ebp,[bp+di+4]
mov eax,[bp+di+4]
mov [bp+di+4],eax
mov [si-2],edx
mov ebp,[si-2]
mov eax,[si-2]
mov [si-2],eax
mov [0x1234],edx
mov ebp,[0x1234]
mov eax,[0x1234]
mov [0x1234],eax
mov [di+0x200],edx
mov ebp,[di+0x200]
mov eax,[di+0x200]
mov [di+0x200],eax
mov [es:bx+1],edx
mov ebp,[es:bx+1]
mov eax,[es:bx+1]
mov [es:bx+1],eax
mov [ss:bp+0x80],edx
mov ebp,[ss:bp+0x80]
mov eax,[ss:bp+0x80]
mov [ss:bp+0x80],eax
mov [eax+ebx*4],edx
mov ebp,[eax+ebx*4]
mov eax,[eax+ebx*4]
mov [eax+ebx*4],eax
mov [esp+8],edx
mov ebp,[esp+8]
mov eax,[esp+8]
mov [esp+8],eax
xchg eax,edx
xchg edx,eax
xchg edx,ebp
xchg [bx],edx
xchg ebp,[bx]
xchg [bx+si],edx
xchg ebp,[bx+si]
xchg [bp],edx
xchg ebp,[bp]
xchg [bp+di+4],edx
xchg ebp,[bp+di+4]
xchg [si-2],edx
xchg ebp,[si-2]
xchg [0x1234],edx
xchg ebp,[0x1234]
xchg [di+0x200],edx
xchg ebp,[di+0x200]
xchg [es:bx+1],edx
xchg ebp,[es:bx+1]
xchg [ss:bp+0x80],edx
xchg ebp,[ss:bp+0x80]
xchg [eax+ebx*4],edx
xchg ebp,[eax+ebx*4]
xchg [esp+8],edx
xchg ebp,[esp+8]
test eax,0x12
test edx,0x7f
test eax,0x1234
test edx,-2
test dword [bx],0x21
test dword [si-2],0x22
mov eax,0x12
mov edx,0x7f
mov eax,0x1234
mov edx,-2
mov dword [bx],0x21
mov dword [si-2],0x22
inc eax
inc ebp
inc dword [bx]
inc dword [bp+di+4]
dec eax
dec ebp
dec dword [bx]
dec dword [bp+di+4]
not eax
not ebp
not dword [bx]
not dword [bp+di+4]
neg eax
neg ebp
neg dword [bx]
neg dword [bp+di+4]
mul eax
mul ebp
mul dword [bx]
mul dword [bp+di+4]
imul eax
imul ebp
imul dword [bx]
imul dword [bp+di+4]
div eax
div ebp
div dword [bx]
div dword [bp+di+4]
idiv eax
idiv ebp
idiv dword [bx]
idiv dword [bp+di+4]
rol eax,1
rol edx,cl
rol ebp,4
rol dword [bx],1
rol dword [bx+si],cl
rol dword [bp],7
ror eax,1
ror edx,cl
ror ebp,4
ror dword [bx],1
ror dword [bx+si],cl
ror dword [bp],7
rcl eax,1
rcl edx,cl
rcl ebp,4
rcl dword [bx],1
rcl dword [bx+si],cl
rcl dword [bp],7
rcr eax,1
rcr edx,cl
rcr ebp,4
rcr dword [bx],1
rcr dword [bx+si],cl
rcr dword [bp],7
shl eax,1
shl edx,cl
shl ebp,4
shl dword [bx],1
shl dword [bx+si],cl
shl dword [bp],7
sal eax,1
sal edx,cl
sal ebp,4
sal dword [bx],1
sal dword [bx+si],cl
sal dword [bp],7
shr eax,1
shr edx,cl
shr ebp,4
shr dword [bx],1
shr dword [bx+si],cl
shr dword [bp],7
sar eax,1
sar edx,cl
sar ebp,4
sar dword [bx],1
sar dword [bx+si],cl
sar dword [bp],7
xadd eax,edx
xadd [bx+si],edx
lock xadd [bx],eax
cmpxchg eax,edx
cmpxchg [bx+si],edx
lock cmpxchg [bx],eax
bt eax,edx
bt ebp,7
bt [bx],edx
bt dword [bp],3
bts eax,edx
bts ebp,7
bts [bx],edx
bts dword [bp],3
btr eax,edx
btr ebp,7
btr [bx],edx
btr dword [bp],3
btc eax,edx
btc ebp,7
btc [bx],edx
btc dword [bp],3
bsf eax,edx
bsf edx,[bx+si]
bsr eax,edx
bsr edx,[bx+si]
imul eax,edx
imul edx,[bx+si]
cmove eax,edx
cmove edx,[bx+si]
cmovnz eax,edx
cmovnz edx,[bx+si]
cmovl eax,edx
cmovl edx,[bx+si]
imul eax,edx,5
imul edx,ebp,0x1234
imul ebp,7
imul eax,0x300
imul eax,[bx],-3
imul edx,dword [bx+si],0x400
shld eax,edx,3
shld edx,ebp,cl
shld [bx],edx,9
shrd eax,edx,3
shrd edx,ebp,cl
shrd [bx],edx,9
movzx eax,bl
movzx eax,byte [bx]
movzx eax,bx
movzx eax,word [bx]
movsx eax,bl
movsx eax,byte [bx]
movsx eax,bx
movsx eax,word [bx]
lea edx,[bx]
lea edx,[bx+si]
lea edx,[bp]
lea edx,[bp+di+4]
lea edx,[si-2]
lea edx,[0x1234]
lea edx,[di+0x200]
lea edx,[es:bx+1]
lea edx,[ss:bp+0x80]
lea edx,[eax+ebx*4]
lea edx,[esp+8]
bswap eax
bswap esi
les di,[bx]
les esi,[bx+si]
lds di,[bx]
lds esi,[bx+si]
lss bx,[bx]
lss esi,[bx+si]
lfs bx,[bx]
lfs esi,[bx+si]
lgs bx,[bx]
lgs esi,[bx+si]
sgdt [bx]
sgdt [bp+di+4]
sidt [bx]
sidt [bp+di+4]
lgdt [bx]
lgdt [bp+di+4]
lidt [bx]
lidt [bp+di+4]
invlpg [bx]
invlpg [bp+di+4]
smsw [bx]
smsw [bp+di+4]
lmsw [bx]
lmsw [bp+di+4]
sldt [bx]
sldt [bp+di+4]
str [bx]
str [bp+di+4]
lldt [bx]
lldt [bp+di+4]
ltr [bx]
ltr [bp+di+4]
cmpxchg8b [bx]
cmpxchg8b [bp+di+4]
mov [bx],es
mov word [bx+si],es
mov es,[bx]
mov [bx],cs
mov word [bx+si],cs
mov [bx],ss
mov word [bx+si],ss
mov ss,[bx]
mov [bx],ds
mov word [bx+si],ds
mov ds,[bx]
mov [bx],fs
mov word [bx+si],fs
mov fs,[bx]
mov [bx],gs
mov word [bx+si],gs
mov gs,[bx]
mov ax,es
mov ebx,es
push es
mov es,ax
mov es,cx
pop es
mov ax,cs
mov ebx,cs
push cs
mov ax,ss
mov ebx,ss
push ss
mov ss,ax
mov ss,cx
pop ss
mov ax,ds
mov ebx,ds
push ds
mov ds,ax
mov ds,cx
pop ds
mov ax,fs
mov ebx,fs
push fs
mov fs,ax
mov fs,cx
pop fs
mov ax,gs
mov ebx,gs
push gs
mov gs,ax
mov gs,cx
pop gs
mov eax,cr0
mov cr0,ebx
mov eax,cr2
mov cr2,ebx
mov eax,cr3
mov cr3,ebx
mov eax,cr4
mov cr4,ebx
mov eax,dr0
mov dr0,ebx
mov eax,dr1
mov dr1,ebx
mov eax,dr2
mov dr2,ebx
mov eax,dr3
mov dr3,ebx
mov eax,dr6
mov dr6,ebx
mov eax,dr7
mov dr7,ebx
smsw ax
smsw ebx
lmsw ax
sldt ax
sldt ebx
str cx
lldt ax
ltr bx
push ax
push si
pop cx
push eax
pop ebp
dec edi
push 5
push -1
push 0x7f
push 0x80
push 0x1234
push byte 3
push word 0x1234
push word 5
push dword 5
push dword 0x12345678
push 0xffff
push word [bx]
pop word [bx+si]
call word [bx]
jmp word [bp]
push dword [bx]
pop dword [bx+si]
call dword [bx]
jmp dword [bp]
pusha
pushaw
pushad
popa
popaw
popad
into
pushfd
popfd
pushf
pushfw
popf
popfw
iret
iretw
iretd
cbw
cwde
cwd
cdq
call ax
jmp bx
call eax
jmp ebx
jmp 0x1234:0x5678
call 8:0x10
jmp word 0x10:0x20
jmp dword 8:0x12345678
call dword 8:1
jmp far [bx]
call far [bx+si]
jmp far word [bx]
call far dword [bx]
jo $+5
jo near $+5
jo short $
jo $+300
seto al
seto bh
jno $+5
jno near $+5
jno short $
jno $+300
setno al
setno bh
jb $+5
jb near $+5
jb short $
jb $+300
setb al
setb bh
jc $+5
jc near $+5
jc short $
jc $+300
setc al
setc bh
jnae $+5
jnae near $+5
jnae short $
jnae $+300
setnae al
setnae bh
jae $+5
jae near $+5
jae short $
jae $+300
setae al
setae bh
jnb $+5
jnb near $+5
jnb short $
jnb $+300
setnb al
setnb bh
jnc $+5
jnc near $+5
jnc short $
jnc $+300
setnc al
setnc bh
je $+5
je near $+5
je short $
je $+300
sete al
sete bh
jz $+5
jz near $+5
jz short $
jz $+300
setz al
setz bh
jne $+5
jne near $+5
jne short $
jne $+300
setne al
setne bh
jnz $+5
jnz near $+5
jnz short $
jnz $+300
setnz al
setnz bh
jbe $+5
jbe near $+5
jbe short $
jbe $+300
setbe al
setbe bh
jna $+5
jna near $+5
jna short $
jna $+300
setna al
setna bh
ja $+5
ja near $+5
ja short $
ja $+300
seta al
seta bh
jnbe $+5
jnbe near $+5
jnbe short $
jnbe $+300
setnbe al
setnbe bh
js $+5
js near $+5
js short $
js $+300
sets al
sets bh
jns $+5
jns near $+5
jns short $
jns $+300
setns al
setns bh
jp $+5
jp near $+5
jp short $
jp $+300
setp al
setp bh
jpe $+5
jpe near $+5
jpe short $
jpe $+300
setpe al
setpe bh
jnp $+5
jnp near $+5
jnp short $
jnp $+300
setnp al
setnp bh
jpo $+5
jpo near $+5
jpo short $
jpo $+300
setpo al
setpo bh
jl $+5
jl near $+5
jl short $
jl $+300
setl al
setl bh
jnge $+5
jnge near $+5
jnge short $
jnge $+300
setnge al
setnge bh
jge $+5
jge near $+5
jge short $
jge $+300
setge al
setge bh
jnl $+5
jnl near $+5
jnl short $
jnl $+300
setnl al
setnl bh
jle $+5
jle near $+5
jle short $
jle $+300
setle al
setle bh
jng $+5
jng near $+5
jng short $
jng $+300
setng al
setng bh
jg $+5
jg near $+5
jg short $
jg $+300
setg al
setg bh
jnle $+5
jnle near $+5
jnle short $
jnle $+300
setnle al
setnle bh
sete [bx]
setg byte [bx+si]
jmp $
jmp short $+10
jmp near $
jmp $-200
call $
call $+3
loop $
loope $-5
loopz $
loopne $
loopnz $+2
jecxz $
loop $,ecx
loope $,ecx
jcxz $
loop $,cx
ret
retn
ret 4
retf
retf 8
int 0x21
int 3
int3
enter 16,0
enter 0x100,1
leave
movsb
movsw
movsd
rep movsb
repe movsd
repne movsw
repz movsb
repnz movsb
cmpsb
cmpsw
cmpsd
rep cmpsb
repe cmpsd
repne cmpsw
repz cmpsb
repnz cmpsb
stosb
stosw
stosd
rep stosb
repe stosd
repne stosw
repz stosb
repnz stosb
lodsb
lodsw
lodsd
rep lodsb
repe lodsd
repne lodsw
repz lodsb
repnz lodsb
scasb
scasw
scasd
rep scasb
repe scasd
repne scasw
repz scasb
repnz scasb
insb
insw
insd
rep insb
rep insd
outsb
outsw
outsd
rep outsb
rep outsd
es lodsb
cs movsb
a32 stosb
o32 nop
a16 lodsw
fs movsw
in al,0x60
in al,dx
out 0x80,al
out dx,al
in ax,0x60
in ax,dx
out 0x80,ax
out dx,ax
in eax,0x60
in eax,dx
out 0x80,eax
out dx,eax
nop
pause
hlt
cmc
clc
stc
cli
sti
cld
std
lahf
sahf
xlat
xlatb
clts
rsm
invd
wbinvd
ud2
wrmsr
rdtsc
rdmsr
cpuid
lfence
mfence
sfence
vmcall
vmmcall
lock add dword [bx],1
lock or dword [bx],1
lock adc dword [bx],1
lock sbb dword [bx],1
lock and dword [bx],1
lock sub dword [bx],1
lock xor dword [bx],1
lock btc dword [bx],1
lock bts dword [bx],1
lock btr dword [bx],1
lock inc dword [bx]
lock dec dword [bx]
lock not dword [bx]
lock neg dword [bx]
mov ax,[$$+2]
mov al,[$$]
mov bx,[bx+$$+1]
add ax,$-$$+3
mov byte [bx+($-$$)-($-$$)+1],2
mov ax,'ab'
mov al,'x'
mov ax,1<<4|3
mov ax,(3+4)*2-1
mov ax,0ffh
mov ax,1010b
mov ax,17o
mov ax,~0 & 0xff
mov ax,1_000
db 1,2,'abc',"d",0x80,-1
dw 1,'ab','abc',0xffff
dd 0x12345678,-1,'abcde'
dq 1,-1,0x123456789abcdef0
times 3 db 1,2
times 2 nop
times 4-1 dw 7
