package org.peervpn.node.invitation;

import java.util.List;

/** The words of {@link CheckWords}: 1024 short ones that sound different. Their order is part of the protocol. */
final class WordList {
    static final List<String> WORDS = List.of("""
            acid acorn actor adult agent alarm album alley almond alpha amber anchor angel ankle apple april
            apron arch arena arm armor army arrow artist ash atlas atom attic august aunt autumn avenue award
            axe baby bacon badge bag baker bakery ball balloon bamboo banana band banjo bank banner barber bark
            barley barn barrel basil basin basket bat bath battery bay beach beacon bead beak beam bean beard
            beast beaver bed bee beef beetle bell belt bench bicycle bike bill birch bird biscuit bishop bison
            blade blanket blaze blender block blossom boat body bolt bone bonnet book boot border bottle boulder
            bowl box boy bracelet brain brake branch brass bread breeze brick bride bridge broom brother brown
            brush bucket buckle bud budget buffalo bug bulb bull bundle bunker burger bus bush butcher butter
            button cabbage cabin cable cactus cafe cage cake calf camel camera camp canal canary candle candy
            cane cannon canoe canvas canyon cap cape captain car carbon card cargo carpet carrot cart castle cat
            cattle cave cedar ceiling cello cement center chain chair chalk chapel chapter charcoal cheese
            cheetah chef cherry chess chest chicken chief child chimney chin chisel church cider cinema circle
            circus citizen city clam clap clay cliff clinic clock cloth cloud clover clown club coach coal coast
            coat cobra cocoa coconut coffee coin collar college column comb comet compass concert cone cookie
            copper coral cork corn corner cottage cotton couch cougar country courage court cousin cowboy crab
            cradle crane crater crayon cream creek cricket crocus crop crow crown cruise crystal cube cup
            curtain curve cushion custom cycle dagger daisy dam dance danger daughter dawn deck denim dentist
            desert desk dessert diamond diary dice diesel diet dinner dinosaur dish diver doctor dog doll dollar
            dolphin domino donkey donut door dove dragon drama drawer dream dress drift drill drink drum duck
            dune dust eagle ear earth easel east echo eclipse edge editor eel egg eight elbow elephant elevator
            elf elm ember emerald empire engine envelope equator error evening exit eye fabric face factory
            fairy falcon family farm father faucet feast feather fence ferry fiddle field finch finger fir fire
            fish fist flag flame flask fleet flight flint flock floor fluid flute foam fog folder foot forest
            fork fort fossil fountain fox frame freezer freight friday fridge frog frost fruit fuel funnel fur
            galaxy gallery game garage garden garlic gas gate gazelle gear gecko gem genius ghost giant gift
            ginger giraffe girl glacier glass globe glove glue goat gold golf goose grain grandma granite grape
            graph grass gravel gravy green grid grill grocery guard guest guide guitar gull gum gust gym hail
            hall hammer hammock hand handle harbor harp harvest hat hawk hazel head heart heater hedge helmet
            herb hero heron hike hill hinge hippo hockey holiday honey hood hoof hook horizon horn horse
            hospital hotel hour house human hunter hut iceberg idea igloo iguana infant ink insect iris iron
            island ivory ivy jacket jaguar jam january jar jasmine jaw jeans jelly jet jewel job judge juice
            july jumbo june jungle junior jury kangaroo kayak kennel kettle key kidney king kiosk kitchen kite
            kitten kiwi knee knife koala label lace ladder ladle lady lake lamb lamp lantern laser lava lawn
            lawyer leaf leather lecture legend lemon lens leopard letter lever library lid light lily lime linen
            lion lip liquid list lizard llama lobster lock locket lodge log lotus luggage lumber lunch lung
            machine magnet mammal mango manor mantle maple marble march margin market maroon marsh mask mason
            mast match meadow meal medal melody melon member memo mercury mermaid metal meteor meter midnight
            milk mill mineral minute mirror mist mitten model mole monday money monkey moon moose mop morning
            mosaic moss moth mother motor mountain mouse mouth movie mud muffin mule museum mushroom music
            mustard myth nail napkin narrow nature navy neck needle neon nephew nerve nest net nickel niece
            noodle north nose notebook novel november nugget nurse nut nylon oak oasis oat ocean october octopus
            office oil olive omega onion opal opera orange orbit orchard orchid organ ostrich otter oven owl
            owner oxygen oyster paddle page paint palace palm pan panda panel panther pants papaya paper parade
            parcel parent park parrot party pasta pastry patch path patio patrol peach peacock peanut pearl
            pebble pedal pelican pen penguin pepper perfume person petal phone photo piano pickle picnic picture
            pie pig pigeon pillow pilot pin pine pipe pirate pitch pizza planet plant plate plaza plow plug
            plumber pocket poem poet pole police polo pond pony pool poppy porch port potato pottery powder
            prairie present prince printer prize profit puddle pulse puma pumpkin puppet puppy purple purse
            puzzle pyramid python quail quarry quartz queen quilt quiz rabbit raccoon race radar radio radish
            raft rail rain raisin rake ramp ranch raven razor recipe record remedy rescue reward rhino ribbon
            rice riddle ring river robe robin robot rocket rod roof room rooster root rope rose ruby rug ruler
            rumor rust saddle safari sail salad salmon salon salt sand sandal satin saturn sauce sausage scarf
            school science scissors scooter scout screw script season seat secret seed senior shadow shark shed
            sheep shelf shell sheriff shield ship shirt shoe shop shore shoulder shovel shower shrimp shrub
            sibling signal silk silver singer siren sister skate sketch ski skirt skull sky slate sled sleeve
            slice slope smile smoke snack snail snake snow soap soccer sock soda sofa soil soldier sonata song
            soup spark sparrow spear spice spider spike spinach spiral spirit sponge spoon spring sprout square
            squid squirrel stable stadium staff stage stamp star station statue steak steam stem stick stone
            stool storm story stove straw stream street string studio sugar suit summer sunday sunset surf swan
            sweater swing sword symbol syrup table tablet tailor talent tango tank tape tart taxi tea teacher
            team teapot tempo tennis tent terrace theater thief thimble thistle thorn thread throne thumb
            thunder ticket tiger tile timber tin tire title toad toast toffee tomato tongue tool tooth torch
            tornado tortoise towel tower town toy track tractor trail train tray treasure tree triangle tribe
            trophy trout truck trumpet trunk tuba tulip tuna tunnel turbine turkey turtle tutor twig twin udder
            uncle unicorn uniform union valley valve vanilla vase
            """.strip().split("\\s+"));

    private WordList() {}
}
